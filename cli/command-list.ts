import type { Command } from 'commander';

/** One command: its summary in the list of commands, and its loader. */
interface Entry {
  readonly summary: string;
  /** @param program loads the whole program; the completion script needs it */
  readonly load: (program: () => Promise<Command>) => Promise<Command>;
}

/**
 * All commands by group, in the order of the help. Each command is in its own file, and only the called one is loaded,
 * because the clients of Temporal and Kubernetes, the databases and the charts take seconds to load.
 */
export const COMMAND_GROUPS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  Run: {
    init: {
      summary: 'write a suite spec that fits a cluster',
      load: async () => (await import('./commands/init.js')).initCommand(),
    },
    validate: {
      summary: 'check a suite spec and list its tests',
      load: async () => (await import('./commands/validate.js')).validateCommand(),
    },
    plan: {
      summary: 'show the cells, the time, the cost and the objects of a suite before it runs',
      load: async () => (await import('./commands/plan.js')).planCommand(),
    },
    run: {
      summary: 'start a suite run and follow it to its end',
      load: async () => (await import('./commands/run.js')).runCommand(),
    },
    schedule: {
      summary: 'run a suite on a schedule, for example every night',
      load: async () => (await import('./commands/schedule.js')).scheduleCommand(),
    },
  },
  'Watch and control': {
    status: {
      summary: 'show the state of a suite run',
      load: async () => (await import('./commands/status.js')).statusCommand(),
    },
    watch: {
      summary: 'follow a suite run to its end',
      load: async () => (await import('./commands/watch.js')).watchCommand(),
    },
    pause: {
      summary: 'pause a suite run after the running cell and release its nodes',
      load: async () => (await import('./commands/pause.js')).pauseCommand(),
    },
    resume: {
      summary: 'resume a paused suite run',
      load: async () => (await import('./commands/resume.js')).resumeCommand(),
    },
    skip: {
      summary: 'skip a test that has not started',
      load: async () => (await import('./commands/skip.js')).skipCommand(),
    },
    resolve: {
      summary: 'retry or skip a parked test, or abort the suite run',
      load: async () => (await import('./commands/resolve.js')).resolveCommand(),
    },
    cancel: {
      summary: 'cancel a suite run; recorded results are kept',
      load: async () => (await import('./commands/cancel.js')).cancelCommand(),
    },
    reset: {
      summary: 'print the command that runs a failed test again',
      load: async () => (await import('./commands/reset.js')).resetCommand(),
    },
  },
  Results: {
    runs: {
      summary: 'list recorded runs',
      load: async () => (await import('./commands/runs.js')).runsCommand(),
    },
    report: {
      summary: 'print or write the report of a run',
      load: async () => (await import('./commands/report.js')).reportCommand(),
    },
    history: {
      summary: 'show a metric across runs, and the runs that changed it',
      load: async () => (await import('./commands/history.js')).historyCommand(),
    },
    serve: {
      summary: 'serve the web site of all runs, read-only',
      load: async () => (await import('./commands/serve.js')).serveCommand(),
    },
    site: {
      summary: 'write a static web site of all runs',
      load: async () => (await import('./commands/site.js')).siteCommand(),
    },
    export: {
      summary: 'export all recorded results',
      load: async () => (await import('./commands/export.js')).exportCommand(),
    },
    'export-key': {
      summary: 'create keys that sign and verify exports',
      load: async () => (await import('./commands/export-key.js')).exportKeyCommand(),
    },
    import: {
      summary: 'import exported results',
      load: async () => (await import('./commands/import.js')).importCommand(),
    },
  },
  Regression: {
    compare: {
      summary: 'compare two runs, or a run with its baseline',
      load: async () => (await import('./commands/compare.js')).compareCommand(),
    },
    baseline: {
      summary: 'manage baseline runs',
      load: async () => (await import('./commands/baseline.js')).baselineCommand(),
    },
    acknowledge: {
      summary: 'manage acknowledged changes, which are not flagged again',
      load: async () => (await import('./commands/acknowledge.js')).acknowledgeCommand(),
    },
  },
  Maintenance: {
    cleanup: {
      summary: 'remove leftover objects of closed suite runs',
      load: async () => (await import('./commands/cleanup.js')).cleanupCommand(),
    },
    prune: {
      summary: 'delete old runs from the result store',
      load: async () => (await import('./commands/prune.js')).pruneCommand(),
    },
  },
  'Set-up': {
    doctor: {
      summary: 'check Temporal, the cluster, permissions and the result store',
      load: async () => (await import('./commands/doctor.js')).doctorCommand(),
    },
    promote: {
      summary: 'make a build of a versioned worker current',
      load: async () => (await import('./commands/promote.js')).promoteCommand(),
    },
    codec: {
      summary: 'create keys, and decrypt payloads for the Web UI',
      load: async () => (await import('./commands/codec.js')).codecCommand(),
    },
    schema: {
      summary: 'print a JSON Schema',
      load: async () => (await import('./commands/schema.js')).schemaCommand(),
    },
    completion: {
      summary: 'print a completion script for bash, zsh or fish',
      load: async (program) => (await import('./commands/completion.js')).completionCommand(program),
    },
  },
};

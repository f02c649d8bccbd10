import type { z } from 'zod';
import type { Scope } from '../../hardware/fabric.js';
import type { Row } from '../../hardware/measurement.js';
import type { FieldProblem, TestFields } from '../../schema/test-fields.js';
import type { Message } from './messages.js';
import type { RankOutput, ResultTable } from './result-table.js';

/** A test between two ranks, as far as it does not depend on its tool. */
export interface ToolTest extends TestFields {
  readonly tool: string;
}

/** Payload that one rank sends to the other, in bytes. */
export interface ExpectedBytes {
  /** What is certainly sent: the counted iterations. */
  readonly least: number;
  /** With all warm-up, which some versions of a tool cut short. */
  readonly most: number;
}

/** Where one rank runs, as far as its command line depends on it. */
export interface RankPlace {
  /** Folder that holds the tool's own files. */
  readonly folder: string;
  readonly etcdEndpoint: string;
  /** Unique to the attempt. */
  readonly group: string;
  /** Address of the rank that was started first; absent for that rank itself. */
  readonly server?: string | undefined;
}

/** How to see that the first rank is ready for the second: it listens on all these TCP ports, or its log has a line. */
export type Readiness =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'log'; readonly pattern: RegExp };

/** How one rank is run. */
export interface RankRun {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Variables for the entry script, added to the environment of the spec. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The figure of an attempt. */
export interface Headline {
  readonly metric: 'bandwidth' | 'latency';
  /** Bytes per second, or seconds. */
  readonly value: number;
  /** What was measured, for people: `ucp_put_bw, 64 MiB, host memory`. */
  readonly conditions: string;
  /** As the tool printed it. */
  readonly original: string;
}

/** A test's place on the ladder from the hardware to NIXL, with all that its figure depends on. */
export interface RungFacts {
  readonly name: string;
  /** Name of the rung that this one is compared with; absent directly above the hardware. */
  readonly above?: string;
  /** Library under the rung that moves the bytes. */
  readonly library: 'ucx' | 'libfabric';
  /** One GPU pair, or all NICs of the node. */
  readonly extent: 'pair' | 'node';
  /** In nixlbench's words: `VRAM`, `DRAM`, `DRAM to VRAM`. */
  readonly memory: string;
  /** In nixlbench's words: `WRITE`, `READ`; else the tool's own. */
  readonly direction: string;
  /** Messages follow one another, or each waits for the answer to the last one. */
  readonly pattern: 'one-way stream' | 'ping-pong';
}

/** What a probe pod asks of the tool in the image. */
export interface ToolProbe {
  readonly program: string;
  /** Option that makes the program print its options. */
  readonly helpOption: string;
  /** Finds the version in the output of `program --version`; absent for a program that has no such option. */
  readonly version?: RegExp;
}

/**
 * A tool that measures between two ranks. Everything outside its folder asks this interface, so that another tool is one
 * folder and one line of the registry.
 */
export interface Tool<Test extends ToolTest> {
  /** Value of `tool` in a spec. */
  readonly name: Test['tool'];
  /** Name of the program in the image. */
  readonly program: string;
  readonly schema: z.ZodType<Test> & { readonly shape: Readonly<Record<string, z.ZodType>> };
  /** The tool's own failure messages, the cause before what follows from it. */
  readonly messages: readonly Message[];
  /** Absent where the program cannot be asked without starting a test. */
  readonly probe?: ToolProbe;

  /** Finds options of the tool that are each valid and contradict each other. */
  contradictions(test: Test): FieldProblem[];

  /** Names what a test measures: `NIXL LIBFABRIC`, `ucp_put_bw`. */
  title(test: Test): string;
  /** Names the memory between which bytes move: `VRAM to DRAM`, `cuda memory`. */
  memory(test: Test): string;
  /** Describes a test in a line, for people: `nixlbench UCX, WRITE VRAM to VRAM, 15 rows up to 64 MiB`. */
  describe(test: Test): string;

  /** Returns the extent that the test's figure speaks of. */
  scope(test: Test): Scope;
  /** Returns the cards that a test can use at most, of those that each rank is given. */
  usableNics(test: Test, given: number): number;
  /** Returns the cards that the test itself names; empty where the library chooses. */
  namedNics(test: Test): readonly string[];
  /** Returns the GPUs that each rank needs. */
  gpus(test: Test): number;
  expectedBytes(test: Test): ExpectedBytes;
  /** Returns the shortest and the longest time in seconds that the tool needs beside the transfer itself. */
  overhead(test: Test): { readonly low: number; readonly high: number };
  /** Returns the NIXL back end whose transfer curve the test measures; undefined where its rows are no such curve. */
  curveOf(test: Test): string | undefined;

  run(test: Test, place: RankPlace): RankRun;
  readiness(test: Test): Readiness;
  /** Returns the files that both ranks need, by name. A name holds the test's, so that no two tests share one. */
  files(test: Test): Readonly<Record<string, string>>;

  /** Reads the rows of both ranks' output, and holds them against the rows that the parameters ask for. */
  readTable(test: Test, ranks: readonly RankOutput[]): ResultTable;
  /** Chooses the figure of an attempt from its rows, of which there is at least one. */
  headline(test: Test, rows: readonly Row[]): Headline;
  /** Says whether the bandwidth of a row must follow from its block and its latency. */
  bandwidthFollowsFromLatency(test: Test): boolean;
  /** Finds options in which the tool's own account of its configuration differs from the test. */
  differingOptions(test: Test, lines: readonly string[]): string[];
  /** Finds the line that says that wrong bytes arrived. */
  corruption(lines: readonly string[]): string | undefined;
  /** Finds options of the test that the output of `helpOption` does not list. */
  unknownOptions(test: Test, help: string): string[];

  /**
   * Places recorded parameters on the ladder; undefined where they are no rung.
   *
   * @param nicsPerGpu cards that serve one GPU of the node
   */
  rung(parameters: Readonly<Record<string, unknown>>, nicsPerGpu: number): RungFacts | undefined;
}

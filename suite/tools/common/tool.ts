import type { z } from 'zod';
import type { RemoteOperation } from '../../fabrics/common/fabric-kind.js';
import type { Scope } from '../../hardware/fabric.js';
import type { Row } from '../../hardware/measurement.js';
import type { FieldProblem, TestFields } from '../../schema/test-fields.js';
import type { Sign } from '../../verdict/sign.js';
import type { Message } from './messages.js';
import type { RankOutput, ResultTable } from './result-table.js';

/** Fields of a transport test that do not depend on its tool. */
export interface ToolTest extends TestFields {
  readonly tool: string;
}

/** Payload that one rank sends to the other, in bytes. */
export interface ExpectedBytes {
  /** Bytes of the counted iterations, which are always sent. */
  readonly least: number;
  /** Bytes including the whole warm-up, which some versions of a tool shorten. */
  readonly most: number;
}

/** How the payload crosses the network. */
export interface Transfer {
  /** Operation on remote memory, or a message. */
  readonly operation: RemoteOperation;
  /** Ranks that send the payload, both for a ping-pong; empty when the output does not show it. */
  readonly senders: readonly RankOutput['position'][];
}

/** Facts of one rank for its command line. */
export interface RankPlace {
  /** Folder of the tool's files. */
  readonly folder: string;
  readonly etcdEndpoint: string;
  /** Group that is unique to the attempt. */
  readonly group: string;
  /** Address of the rank that starts first; absent for that rank. */
  readonly server?: string | undefined;
}

/** Sign that the second rank can start: the first rank listens on all these TCP ports, or its log has this line. */
export type Readiness =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'log'; readonly pattern: RegExp };

/** Conditions of both ranks that decide how the libraries move the bytes. */
export interface RankConditions {
  /** Environment variables that the pods set. */
  readonly environment: Readonly<Record<string, string>>;
  /** libfabric provider of the fabric; absent when the fabric has none of its own. */
  readonly provider?: string | undefined;
}

/** Facts for the doubts about a test. */
export interface DoubtFacts extends RankConditions {
  /** Bytes of 2 MiB huge pages of each rank. */
  readonly hugepages: number;
}

/** Command of one rank. */
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
  /** Conditions of the measurement as text: `ucp_put_bw, 64 MiB, host memory`. */
  readonly conditions: string;
  /** The figure as the tool printed it. */
  readonly original: string;
}

/** Facts about a test that the suite stopped because it hung. */
export interface HungFacts extends RankConditions {
  /** Number of rows that the tool had printed. */
  readonly rows: number;
}

/** Position of a test on the ladder from the hardware to NIXL, with the conditions of its figure. */
export interface RungFacts {
  readonly name: string;
  /** Name of the rung with which this one is compared; absent directly below the hardware. */
  readonly above?: string;
  /** Library under the rung that moves the bytes. */
  readonly library: 'ucx' | 'libfabric';
  /** One GPU pair, or all NICs of the node. */
  readonly extent: 'pair' | 'node';
  /** Memory in the terms of nixlbench: `VRAM`, `DRAM`, `DRAM to VRAM`. */
  readonly memory: string;
  /** Direction in the terms of nixlbench (`WRITE`, `READ`), otherwise in those of the tool. */
  readonly direction: string;
  /** `one-way stream`: messages follow one another. `ping-pong`: each waits for the answer to the previous one. */
  readonly pattern: 'one-way stream' | 'ping-pong';
}

/** Queries with which a probe pod inspects the tool in the image. */
export interface ToolProbe {
  readonly program: string;
  /** Option that makes the program print its options. */
  readonly helpOption: string;
  /** Finds the version in the output of `program --version`; absent for a program without that option. */
  readonly version?: RegExp;
  /** Derives the version from the output of `helpOption`, for a program whose `--version` does not print it. */
  versionOfHelp?(help: string): string | undefined;
}

/**
 * A tool that measures between two ranks. All code outside its folder uses this interface. To add a tool, add its folder and
 * one line of the registry.
 */
export interface Tool<Test extends ToolTest> {
  /** Value of `tool` in a spec. */
  readonly name: Test['tool'];
  /** Name of the program in the image. */
  readonly program: string;
  readonly schema: z.ZodType<Test> & { readonly shape: Readonly<Record<string, z.ZodType>> };
  /** Failure messages of the tool and its libraries, a special text before the general one. */
  readonly messages: readonly Message[];
  /** Start of the line that the tool prints when it is asked to stop; absent when it prints none. */
  readonly stopLine?: string;
  /** Messages in the output of a successful run that show that it measured something else, on every fabric. */
  readonly signs: readonly Sign[];
  /** Whether the ranks exchange their messages over the etcd of the run, so that they cannot continue without it. */
  readonly usesEtcd: boolean;
  /** Queries of the program; absent when it cannot be queried without starting a test. */
  readonly probe?: ToolProbe;

  /** Finds valid options of the tool that contradict each other. */
  contradictions(test: Test): FieldProblem[];
  /** Lists conditions with which a valid test hangs or fails, each with its remedy. */
  doubts(test: Test, facts: DoubtFacts): readonly string[];

  /** Names the measured back end: `NIXL LIBFABRIC`, `ucp_put_bw`. */
  title(test: Test): string;
  /** Names the memory of both ranks: `VRAM to DRAM`, `cuda memory`. */
  memory(test: Test): string;
  /** Describes a test in one line: `nixlbench UCX, WRITE VRAM to VRAM, 15 rows up to 64 MiB`. */
  describe(test: Test): string;

  /** Returns the extent that the test's figure covers. */
  scope(test: Test): Scope;
  /** Returns the number of cards of each rank that a test can use. */
  usableNics(test: Test, given: number): number;
  /** Returns the cards that the test names; empty when the library chooses. */
  namedNics(test: Test): readonly string[];
  /** Returns the number of GPUs that each rank needs. */
  gpus(test: Test): number;
  expectedBytes(test: Test): ExpectedBytes;
  /**
   * Returns the operation that moves the payload, and which rank sends it.
   *
   * @param ranks output of both ranks; empty before a test runs
   */
  transfer(test: Test, ranks: readonly RankOutput[]): Transfer;
  /** Returns the shortest and the longest time of the tool without the transfer, in seconds. */
  overhead(test: Test): { readonly low: number; readonly high: number };
  /** Returns the NIXL back end whose transfer curve the test measures; undefined when its rows do not form a curve. */
  curveOf(test: Test): string | undefined;

  run(test: Test, place: RankPlace): RankRun;
  readiness(test: Test): Readiness;
  /**
   * Returns the files that both ranks need, by name. A file name contains the test's name, so that no two tests share
   * one.
   */
  files(test: Test): Readonly<Record<string, string>>;

  /** Parses the rows that the ranks have printed so far from lines of their output. */
  printedRows(test: Test, lines: readonly string[]): readonly Row[];
  /**
   * Returns the seconds without output after which running ranks count as hung; undefined when they print nothing before
   * they end.
   *
   * @param rows rows that the ranks have printed so far
   */
  stallTimeout(test: Test, rows: readonly Row[]): number | undefined;

  /** Parses the rows of both ranks' output, and compares them with the expected rows. */
  readTable(test: Test, ranks: readonly RankOutput[]): ResultTable;
  /** Chooses the figure of an attempt from its rows, of which there is at least one. */
  headline(test: Test, rows: readonly Row[]): Headline;
  /** Returns true when block and latency of a row must determine its bandwidth. */
  bandwidthFollowsFromLatency(test: Test): boolean;
  /**
   * Returns the seconds of one transfer of block × batch, from the recorded parameters of a test and a row of it. Undefined when
   * the row does not show them; absent for a tool whose rows never do.
   */
  transferSeconds?(
    parameters: Readonly<Record<string, unknown>>,
    row: Pick<Row, 'blockSize' | 'batchSize' | 'bytesPerSecond'>,
  ): number | undefined;
  /** Finds options whose printed value differs from the test. */
  differingOptions(test: Test, lines: readonly string[]): string[];
  /** Returns the remedy for a test that hung; undefined when the tool knows none. */
  hungHint?(test: Test, facts: HungFacts): string | undefined;
  /** Finds the line that reports corrupted bytes. */
  corruption(lines: readonly string[]): string | undefined;
  /** Returns the name of the NIXL plug-in that the test needs: `libplugin_UCX.so`; absent for a tool without NIXL. */
  nixlPlugin?(test: Test): string;
  /** Finds options of the test that the output of `helpOption` does not list. */
  unknownOptions(test: Test, help: string): string[];

  /**
   * Returns the rung of recorded parameters; undefined when they do not form a rung.
   *
   * @param nicsPerGpu cards that serve one GPU of the node
   */
  rung(parameters: Readonly<Record<string, unknown>>, nicsPerGpu: number): RungFacts | undefined;
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { SuiteFailure } from '../suite/failure.js';
import { type CellRecord, cellRecordSchema, type LogReference, type SuiteRecord } from '../suite/record.js';

/**
 * The files of a run, below `<root>/<workflow id>/`: evidence, recorded cells, `record.json` and `report.md`. Every file
 * appears whole or not at all.
 */
export class ResultStore {
  constructor(readonly root: string) {}

  /** Folder of a run. Characters that a file name cannot hold are percent-encoded. */
  folder(workflowId: string): string {
    const name = encodeURIComponent(workflowId);
    if (name === '.' || name === '..' || name === '') throw new RangeError(`"${workflowId}" cannot name a folder`);
    return join(this.root, name);
  }

  /** Stores evidence under a path below the run's folder, such as `nixl-ucx/r1-a1/node1.log`. */
  async saveLog(workflowId: string, path: string, text: string): Promise<LogReference> {
    await this.#write(workflowId, path, text);
    return { path, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
  }

  readLog(workflowId: string, path: string): Promise<string> {
    return readFile(join(this.folder(workflowId), path), 'utf8');
  }

  /** The recorded cell, or undefined when there is none or it was measured under other conditions (another key). */
  async findCell(workflowId: string, test: string, repetition: number, key: string): Promise<CellRecord | undefined> {
    const cell = await this.#readCell(join(this.folder(workflowId), cellPath(test, repetition)));
    return cell?.key === key ? cell : undefined;
  }

  async saveCell(workflowId: string, cell: CellRecord): Promise<void> {
    await this.#write(workflowId, cellPath(cell.test, cell.repetition), `${JSON.stringify(cell, null, 2)}\n`);
  }

  /** Copies a recorded cell with its evidence into another run's folder; the cell last, so that it is there whole. */
  async adoptCell(from: string, to: string, cell: CellRecord): Promise<void> {
    for (const { log } of cell.attempts.flatMap(({ ranks }) => ranks)) {
      await this.#write(to, log.path, await this.readLog(from, log.path));
    }
    await this.saveCell(to, cell);
  }

  /** Recorded cells of a test, by repetition. */
  async cellsOf(workflowId: string, test: string): Promise<CellRecord[]> {
    const folder = join(this.folder(workflowId), test);
    const names = await readdir(folder).catch(() => [] as string[]);
    const cells = await Promise.all(
      names.filter((name) => /^r\d+\.json$/.test(name)).map((name) => this.#readCell(join(folder, name))),
    );
    return cells.filter((cell) => cell !== undefined).sort((a, b) => a.repetition - b.repetition);
  }

  /** Stores the run's record and report, and returns the folder. */
  async saveRun(record: SuiteRecord, report: string): Promise<string> {
    await this.#write(record.workflowId, 'record.json', `${JSON.stringify(record, null, 2)}\n`);
    await this.#write(record.workflowId, 'report.md', report);
    return this.folder(record.workflowId);
  }

  async #write(workflowId: string, path: string, text: string): Promise<void> {
    const file = join(this.folder(workflowId), path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFileAtomic(file, text);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #readCell(file: string): Promise<CellRecord | undefined> {
    try {
      const parsed = cellRecordSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
      return parsed.success ? parsed.data : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unavailable(error);
    }
  }
}

/** A folder that is full, read-only or gone for a moment: the step waits for it. */
function unavailable(error: unknown): SuiteFailure {
  return new SuiteFailure('StoreUnavailable', (error as Error).message, { cause: error });
}

function cellPath(test: string, repetition: number): string {
  return join(test, `r${repetition}.json`);
}

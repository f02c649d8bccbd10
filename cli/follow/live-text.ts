import type { WriteStream } from 'node:tty';

const CLEAR_BELOW = '\u001b[0J';
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** Text at the bottom of a terminal. Each `draw` replaces it. */
export class LiveText {
  readonly #stream: WriteStream;
  #height = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /**
   * Draws a text in place of the last one. Cuts long lines and shows only the last lines of a tall text, because the
   * cursor must be able to return to its start.
   */
  draw(text: string): void {
    const lines = text.split('\n').slice(-Math.max(1, this.#stream.rows - 1));
    this.#stream.write(`${this.#home}${WRAP_OFF}${lines.join('\n')}\n${WRAP_ON}`);
    this.#height = lines.length;
  }

  /** Removes the text. */
  clear(): void {
    this.#stream.write(this.#home);
    this.#height = 0;
  }

  get #home(): string {
    return this.#height === 0 ? '' : `\u001b[${this.#height}A${CLEAR_BELOW}`;
  }
}

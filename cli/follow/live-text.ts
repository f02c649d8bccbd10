import type { WriteStream } from 'node:tty';

const CLEAR_BELOW = '\u001b[0J';
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** A text at the end of a terminal that is drawn over again and again. */
export class LiveText {
  readonly #stream: WriteStream;
  #height = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** Lines that are too long are cut off, and of a text that is too high the end is shown: the cursor must find back. */
  draw(text: string): void {
    const lines = text.split('\n').slice(-Math.max(1, this.#stream.rows - 1));
    this.#stream.write(`${this.#home}${WRAP_OFF}${lines.join('\n')}\n${WRAP_ON}`);
    this.#height = lines.length;
  }

  clear(): void {
    this.#stream.write(this.#home);
    this.#height = 0;
  }

  get #home(): string {
    return this.#height === 0 ? '' : `\u001b[${this.#height}A${CLEAR_BELOW}`;
  }
}

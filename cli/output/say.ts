import { visible } from '../../suite/text/visible.js';

/** Prints a line to standard output. Text from outside cannot control the terminal. */
export function say(text: string): void {
  console.log(visible(text));
}

/** Prints a line to standard error. Text from outside cannot control the terminal. */
export function complain(text: string): void {
  console.error(visible(text));
}

/**
 * Prints a piece of a document to standard output: as it is to a file or a program, escaped to a terminal.
 *
 * @param piece part of a document; a line may end with CR LF
 */
export function writeDocument(piece: string): void {
  process.stdout.write(process.stdout.isTTY ? visible(piece.replaceAll('\r\n', '\n')) : piece);
}

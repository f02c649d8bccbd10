/** Marker of the lines that the scripts of the pods add to the output of a tool. One JSON object follows it. */
export const FRAME_MARKER = '@@dynamo-bench ';

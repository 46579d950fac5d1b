import { PIECE } from './object-table';
import type { PieceGraph } from './piece-graph';
import type { WordedGraph } from './reached-classes';
import { wordsOfTexts } from './word-digest';

/** A graph in words that other links have for the same. */
export function wordedGraph(graph: PieceGraph): WordedGraph {
  const { size, references, contents, labels, nodeFlags } = graph;
  const places = new Uint8Array(size);
  for (let id = 0; id < size; id++) places[id] = (nodeFlags[id]! & PIECE.place) === 0 ? 0 : 1;
  return { size, ...references, contents, places, labelWords: wordsOfTexts(labels) };
}

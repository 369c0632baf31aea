/** What is left to chance in a draw; what is not keeps the trace's own arrivals and the stated values of the system. */
export interface Layers {
  readonly arrivals: boolean;
  readonly parameters: boolean;
  readonly structure: boolean;
}

/** `plain`: nothing is left to chance but what the simulation itself draws. */
export type LayerName = 'all' | 'arrivals' | 'parameters' | 'structure' | 'plain';

export const LAYERS: Readonly<Record<LayerName, Layers>> = {
  all: { arrivals: true, parameters: true, structure: true },
  arrivals: { arrivals: true, parameters: false, structure: false },
  parameters: { arrivals: false, parameters: true, structure: false },
  structure: { arrivals: false, parameters: false, structure: true },
  plain: { arrivals: false, parameters: false, structure: false },
};

/** Draws with the same index have the same luck, whatever the system. */
export interface PlannedDraw {
  readonly layer: LayerName;
  readonly index: number;
}

/** A single layer is drawn less often: it only says where the range comes from. */
const LAYER_DRAWS = 10;

/** One plain draw, then `draws` with all layers, then some of each layer alone. */
export function planDraws(draws: number): readonly PlannedDraw[] {
  const some = Math.min(draws, LAYER_DRAWS);
  const of = (layer: LayerName, count: number): PlannedDraw[] =>
    Array.from({ length: count }, (_, index) => ({ layer, index }));
  return [
    ...of('plain', 1),
    ...of('all', draws),
    ...of('arrivals', some),
    ...of('parameters', some),
    ...of('structure', some),
  ];
}

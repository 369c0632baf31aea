import { describe, expect, test } from 'vitest';
import { PAGE_STYLE } from '#src/report/html/page-style';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear sRGB. */
const SEEN: Readonly<Record<string, Matrix>> = {
  'by most': [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // prettier-ignore
  'without red': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]], // prettier-ignore
  'without green': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]], // prettier-ignore
  'without blue': [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]], // prettier-ignore
};

function linear(hex: string): Triple {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)); // prettier-ignore
  return [r, g, b];
}

function times(matrix: Matrix, [x, y, z]: Triple): Triple {
  const [a = 0, b = 0, c = 0] = matrix.map(([i, j, k]) => i * x + j * y + k * z);
  return [a, b, c];
}

/** Where equal distances look alike (Ottosson 2020). */
function oklab(rgb: Triple): Triple {
  const clipped = rgb.map((v) => Math.min(1, Math.max(0, v))) as unknown as Triple;
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], clipped); // prettier-ignore
  const roots = lms.map(Math.cbrt) as unknown as Triple;
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], roots); // prettier-ignore
}

function contrast(a: string, b: string): number {
  const light = (hex: string): number => {
    const [r, g, blue] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05;
  };
  const [low = 1, high = 1] = [light(a), light(b)].sort((x, y) => x - y);
  return high / low;
}

/** The colours of systems, and the paper, in the order of the style: light, then dark. */
function themes(): { readonly paper: string; readonly systems: readonly string[] }[] {
  const all = (name: string): string[] => [...PAGE_STYLE.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6});`, 'g'))].map(([, hex = '']) => hex); // prettier-ignore
  return all('paper').map((paper, i) => ({ paper, systems: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => all(`ink-system${String(n)}`)[i] ?? '') })); // prettier-ignore
}

describe.each(themes().map((theme, i) => [i === 0 ? 'light' : 'dark', theme] as const))(
  'eight systems, %s',
  (_, { paper, systems }) => {
    test('stand out from the paper', () => {
      for (const colour of systems) expect(contrast(colour, paper), colour).toBeGreaterThan(3);
    });

    test.each(Object.entries(SEEN))('are distinguished as seen %s', (__, matrix) => {
      for (const [i, a] of systems.entries())
        for (const b of systems.slice(i + 1)) {
          const [one, two] = [a, b].map((hex) => oklab(times(matrix, linear(hex))));
          // The palette of Okabe and Ito has 0.076.
          expect(Math.hypot(...(one ?? [0, 0, 0]).map((v, k) => v - (two?.[k] ?? 0))), `${a} ${b}`).toBeGreaterThan(
            0.085,
          );
        }
    });
  },
);

test('there are two themes', () => {
  expect(themes()).toHaveLength(2);
});

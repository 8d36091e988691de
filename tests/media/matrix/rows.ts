import { colour } from './colour.ts';
import { containers } from './containers.ts';
import { geometry } from './geometry.ts';
import type { Row } from './row.ts';
import { sound } from './sound.ts';
import { text } from './text.ts';
import { time } from './time.ts';

export const rows: readonly Row[] = [...geometry, ...colour, ...time, ...sound, ...text, ...containers];

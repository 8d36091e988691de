import type { Cost } from './command.ts';
import type { PlatformCost } from './platform-run.ts';
import { inShell } from './reference.ts';
import { BEGINNING_SECONDS, type RungResult, type ScenarioResult } from './scenario.ts';

/** A promise and what was found; lower is better. */
export interface Verdict {
  what: string;
  budget: number;
  found: number;
  unit: '×' | 'MB' | 'points';
}

/** A table of Markdown; numbers are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    `|---|${head
      .slice(1)
      .map(() => '---:|')
      .join('')}`,
    ...rows.map(line),
  ].join('\n');
}

/** All that was found of one scenario. */
export function describeScenario(result: ScenarioResult): string {
  const { scenario, platform, single, separate, beginning } = result;
  const rows = [
    ['upload end → ready', ...cells(platform), ...platformCells(platform)],
    ['the single command', ...cells(single), '', '', '', ''],
    ...(separate.length === 0 ? [] : [['one ffmpeg a resolution', ...cells(separate), '', '', '', '']]),
    ...(beginning.length === 0
      ? []
      : [[`its first ${BEGINNING_SECONDS} s of video`, ...cells(beginning), '', '', '', '']]),
  ];
  const head = [
    '',
    'wall s',
    'CPU s',
    'memory MB',
    'CPU s of ffmpeg',
    'memory MB of ffmpeg',
    'CPU s of the rest',
    'scratch MB',
  ];
  return [
    `### ${scenario.name}`,
    `${scenario.seconds} s of video, ${scenario.rounds === 1 ? 'one round' : `mean of ${scenario.rounds} rounds (each in brackets)`}. VMAF of one picture in ${scenario.vmafEvery}.`,
    table(head, rows),
    verdictTable(verdictsOf(result)),
    rungTable(result.rungs),
    ['The single command:', '```', inShell(result.command.args), '```'].join('\n'),
  ].join('\n\n');
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return table(['promise', 'budget', 'found', ''], verdicts.map(verdictRow));
}

export function verdictRow({ what, budget, found, unit }: Verdict): string[] {
  const digits = unit === 'MB' ? 0 : 2;
  const show = (value: number) => `${value.toFixed(digits)} ${unit}`;
  return [what, `≤ ${show(budget)}`, show(found), found <= budget ? 'OK' : '**MISSED**'];
}

/** The budgets that a scenario speaks of. */
export function verdictsOf({ platform, single, separate, beginning, rungs }: ScenarioResult): Verdict[] {
  const wall = mean(platform.map((cost) => cost.wall));
  const cpu = mean(platform.map((cost) => cost.cpu));
  const wallRatio = wall / mean(single.map((cost) => cost.wall));
  const cpuRatio = cpu / mean(single.map((cost) => cost.cpu));
  const scratch = Math.max(...platform.map((cost) => cost.scratch)) / 1e6;
  const always: Verdict[] = [{ what: 'scratch besides the source', budget: 200, found: scratch, unit: 'MB' }];
  if (platform.some(({ plan }) => plan.renditions.some(({ mode }) => mode === 'copy'))) {
    return [
      { what: 'passthrough: wall against the single command', budget: 0.45, found: wallRatio, unit: '×' },
      { what: 'passthrough: CPU against the single command', budget: 0.45, found: cpuRatio, unit: '×' },
      ...always,
    ];
  }
  const apart = mean(separate.map((cost) => cost.wall));
  const bytes = (way: 'platform' | 'single') => rungs.reduce((total, rung) => total + rung.bytes[way], 0);
  const losses = rungs.flatMap(({ vmaf }) => (vmaf === null ? [] : [vmaf.single.mean - vmaf.platform.mean]));
  return [
    { what: 'wall against the single command', budget: 1.1, found: wallRatio, unit: '×' },
    { what: 'CPU against the single command', budget: 1.15, found: cpuRatio, unit: '×' },
    ...(separate.length === 0
      ? []
      : [{ what: 'wall against one ffmpeg a resolution', budget: 0.9, found: wall / apart, unit: '×' } as const]),
    ...(beginning.length === 0 ? [] : [playableVerdict(platform, beginning)]),
    ...always,
    { what: 'bytes against the single command', budget: 1, found: bytes('platform') / bytes('single'), unit: '×' },
    { what: 'largest loss of VMAF of a rung', budget: 1, found: Math.max(...losses), unit: 'points' },
  ];
}

function playableVerdict(platform: readonly PlatformCost[], beginning: readonly Cost[]): Verdict {
  const found = mean(platform.map((cost) => cost.playable)) / mean(beginning.map((cost) => cost.wall));
  // Short videos have no tier `first`: the whole of them is what plays.
  const early = platform.every(({ playable, wall }) => playable < wall);
  const what = `upload end → playable against its first ${BEGINNING_SECONDS} s`;
  return { what: early ? what : `${what} (nothing played before the end)`, budget: 2, found, unit: '×' };
}

function cells(costs: readonly Cost[]): string[] {
  return [
    each(costs.map(({ wall }) => wall)),
    each(costs.map(({ cpu }) => cpu)),
    (Math.max(...costs.map(({ memory }) => memory)) / 1e6).toFixed(0),
  ];
}

function platformCells(costs: readonly PlatformCost[]): string[] {
  return [
    each(costs.map(({ toolsCpu }) => toolsCpu)),
    (Math.max(...costs.map(({ toolsMemory }) => toolsMemory)) / 1e6).toFixed(0),
    each(costs.map(({ restCpu }) => restCpu)),
    (Math.max(...costs.map(({ scratch }) => scratch)) / 1e6).toFixed(1),
  ];
}

function rungTable(rungs: readonly RungResult[]): string {
  const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(0);
  const rows = rungs.map(({ id, bytes, vmaf }) => [
    id,
    kilobytes(bytes.platform),
    kilobytes(bytes.single),
    ...(['platform', 'single'] as const).map((way) =>
      vmaf === null ? '' : `${vmaf[way].mean.toFixed(1)} / ${vmaf[way].low.toFixed(1)}`,
    ),
  ]);
  const head = ['track', 'KB', 'KB, single command', 'VMAF mean / 1 %', 'VMAF, single command'];
  return table(head, rows);
}

function each(values: readonly number[]): string {
  const rounds = values.length === 1 ? '' : ` (${values.map((value) => value.toFixed(1)).join(', ')})`;
  return `${mean(values).toFixed(1)}${rounds}`;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

// Figures for people: a table whose columns line up.
import type { Figure } from './figure.ts'

const head = ['figure', 'median', 'unit', 'min – max', 'runs', 'peer', 'of peer', 'ratio', 'aim', 'met'] as const
const isText: readonly boolean[] = [true, false, true, false, false, true, false, false, true, true]

/** Lines without a line break at the end. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = [head, ...figures.map(cellsOf)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function pad(cell: string, column: number, width: number): string {
  return isText[column] === true ? cell.padEnd(width) : cell.padStart(width)
}

function cellsOf({ name, value, unit, min, max, runs, peer, peerValue, ratio, aim, met }: Figure): readonly string[] {
  return [
    name,
    formatNumber(value),
    unit,
    `${formatNumber(min)} – ${formatNumber(max)}`,
    String(runs),
    peer ?? '',
    peerValue === undefined ? '' : formatNumber(peerValue),
    ratio === undefined ? '' : formatNumber(ratio),
    aim ?? '',
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]
}

/** Three digits where there are as many; whole numbers stay whole. */
function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)
}

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes for people, in powers of 1000: `999 B`, `1.2 kB`, `4.4 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.95 would round up to "1000.0".
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** A span of time for people: `85 ms`, `1.2 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (hours === 0) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  if (days === 0) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${days} d ${hours % 24} h`;
}

/** A count with its thousands set apart by commas: `12,345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: `1 scene`, `12,345 scenes`. `plural` where an s does not make it one. */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/**
 * A value for people: whole numbers whole, others with `digits` significant digits (default 4), trailing zeros kept so
 * that a column lines up: `1234`, `0.4120`, `-1.500e-7`.
 */
export function formatNumber(value: number | bigint, digits = 4): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size >= 10 ** digits) return value.toFixed(1);
  return size < 1e-4
    ? value.toExponential(digits - 1)
    : value.toFixed(Math.max(0, digits - Math.max(0, wholeDigits(size))));
}

function wholeDigits(size: number): number {
  return size < 1 ? 0 : Math.floor(Math.log10(size)) + 1;
}

/** An instant in UTC, no longer than it must be: `2024-06-01`, `2024-06-01 10:31`, `2024-06-01 10:31:05`. */
export function formatDate(time: Date | string): string {
  const iso = (typeof time === "string" ? new Date(time) : time).toISOString();
  const [day, clock] = [iso.slice(0, 10), iso.slice(11, 19)];
  if (clock === "00:00:00") return day;
  return `${day} ${clock.endsWith(":00") ? clock.slice(0, 5) : clock}`;
}

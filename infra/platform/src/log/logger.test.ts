import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { createLogger, redactUrl } from './logger.ts';

function collect() {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } });
  return { log, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  it('writes one JSON line a record with level, name and time', () => {
    const { log, records } = collect();
    log.info({ partition: 3 }, 'assigned');
    expect(records()).toMatchObject([
      { level: 'info', name: 'test', partition: 3, msg: 'assigned' },
    ]);
    expect(records()[0]?.['time']).toMatch(/Z$/);
  });

  it('redacts secrets at the top and inside headers', () => {
    const { log, records } = collect();
    log.info({ apiKey: 'tm_live_x', request: { headers: { authorization: 'Bearer y' } } });
    expect(JSON.stringify(records())).not.toMatch(/tm_live_x|Bearer y/);
  });

  it('prints an AppError with its code, kind, details and cause', () => {
    const { log, records } = collect();
    const cause = new Error('socket hang up');
    log.error({
      err: new AppError('unavailable', 'platform/x', 'gone', { cause, details: { a: 1 } }),
    });
    expect(records()).toMatchObject([
      {
        err: {
          code: 'platform/x',
          kind: 'unavailable',
          details: { a: 1 },
          cause: { message: 'socket hang up' },
        },
      },
    ]);
  });

  it('keeps line breaks of foreign text inside the one line', () => {
    const lines: string[] = [];
    const log = createLogger({ name: 't', destination: { write: (line) => lines.push(line) } });
    log.info({ id: 'a\n{"level":"fatal"}' });
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('redactUrl', () => {
  it('hides the password and secrets of the query', () => {
    expect(redactUrl('postgres://u:secret@host/db')).toBe('postgres://u:redacted@host/db');
    expect(redactUrl('http://host/?password=abc&a=1')).toBe('http://host/?password=redacted&a=1');
    expect(redactUrl('no url')).toBe('[not a URL]');
  });
});

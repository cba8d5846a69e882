import { describe, expect, it } from 'vitest';
import { lenientTime, mapRow, parseSendMapping } from './send-mapping.ts';

const row = { line: '7', time: '2015-05-17T10:05:03Z', customer: 'c-1', bytes: '12', note: '' };

describe('parseSendMapping', () => {
  it('takes fields from columns and from literals', () => {
    const mapping = parseSendMapping(
      'id=line,time=time,customer=customer,type=:web.request,data.bytes=bytes,data.note=note',
    );
    expect(mapRow(mapping, { row, line: 2, fileName: 'log.csv' })).toEqual({
      id: '7',
      source: 'log.csv',
      type: 'web.request',
      subject: 'c-1',
      time: '2015-05-17T10:05:03Z',
      data: { bytes: '12' },
    });
  });

  it('gives a row without a mapped id the same id each time the file is sent', () => {
    const mapping = parseSendMapping('time=time,subject=customer,type=:x');
    expect(mapRow(mapping, { row, line: 2, fileName: 'log.csv' }).id).toBe('line-2');
  });

  it.each([
    ['time=time,type=:x', 'customer=... is missing'],
    ['customer=c,type=:x', 'time=... is missing'],
    ['customer=c,time=t', 'type=... is missing'],
    ['customer=c,time=t,type=:x,colour=c', 'is no field of an event'],
    ['customer=c,time=t,type=:x,time=u', 'named twice'],
    ['customer=c,subject=c,time=t,type=:x', 'the same field'],
    ['customer', 'not of the form'],
  ])('refuses %s', (text, message) => {
    expect(() => parseSendMapping(text)).toThrow(message);
  });

  it('names the columns there are when one is unknown', () => {
    const mapping = parseSendMapping('time=when,customer=customer,type=:x');
    expect(() => mapRow(mapping, { row, line: 2, fileName: 'log.csv' })).toThrow(
      'it has: line, time',
    );
  });
});

describe('lenientTime', () => {
  it.each([
    ['2023-11-16 18:17:03.9799600', '2023-11-16T18:17:03.9799600Z'],
    ['2015-05-17T10:05:03Z', '2015-05-17T10:05:03Z'],
    ['2015-05-17T10:05:03+02:00', '2015-05-17T10:05:03+02:00'],
    ['2015-05-17T10:05:03', '2015-05-17T10:05:03Z'],
  ])('reads %s', (text, expected) => {
    expect(lenientTime(text)).toBe(expected);
  });
});

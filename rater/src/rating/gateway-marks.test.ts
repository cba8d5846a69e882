import { describe, expect, it } from 'vitest';
import { GatewayMarks } from './gateway-marks.ts';

const mark = (
  sequence: number,
  ackedThrough: number,
  gatewayId = 'g',
): {
  gatewayId: string;
  sequence: number;
  ackedThrough: number;
} => ({ gatewayId, sequence, ackedThrough });

describe('GatewayMarks', () => {
  it('waits for a number that is missing above the acknowledged mark', () => {
    const marks = new GatewayMarks();
    expect(marks.observe(mark(1, 0))).toBe(0);
    expect(marks.observe(mark(3, 1))).toBe(0);
    expect(marks.observe(mark(2, 1))).toBe(0);
    expect(marks.observe(mark(4, 3))).toBe(0);
    expect(marks.encode()).toBe('[["g",4,0,[]]]');
  });

  it('reports what is missing at or below the mark as lost, once', () => {
    const marks = new GatewayMarks();
    marks.observe(mark(1, 0));
    expect(marks.observe(mark(6, 3))).toBe(2);
    expect(marks.observe(mark(6, 3))).toBe(0);
    expect(marks.observe(mark(7, 6))).toBe(2);
    expect(marks.lost).toBe(4);
  });

  it('finds a loss at the first envelope that it sees of a gateway', () => {
    expect(new GatewayMarks().observe(mark(3, 1))).toBe(1);
  });

  it('goes on from what was stored', () => {
    const marks = new GatewayMarks();
    marks.observe(mark(5, 0, '10'));
    marks.observe(mark(2, 1, '9'));
    const again = GatewayMarks.decode(marks.encode());
    expect(again.encode()).toBe(marks.encode());
    expect(again.observe(mark(6, 4, '10'))).toBe(4);
  });

  it('forgets the gateway that it has not seen for longest', () => {
    const marks = new GatewayMarks();
    for (let number = 0; number < 200; number++) marks.observe(mark(1, 0, `g${number}`));
    expect(marks.encode()).not.toContain('"g71"');
    expect(marks.encode()).toContain('"g72"');
  });

  it('refuses stored marks that it cannot read', () => {
    expect(() => GatewayMarks.decode('[["g",1]]')).toThrow('cannot be read');
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ManualScheduler } from '../../../test/fakes/manual-scheduler.ts';
import { PendingPublications } from './pending-publications.ts';
import type { PublishTicket } from './publish-ticket.ts';

let scheduler: ManualScheduler;
let released: number[];
let pending: PendingPublications;

beforeEach(() => {
  scheduler = new ManualScheduler();
  released = [];
  pending = new PendingPublications({
    scheduler,
    answerTimeoutMs: 1000,
    onSettled: ({ bytes }) => released.push(bytes),
  });
});

function open(bytes: number): { readonly ticket: PublishTicket; readonly outcome: () => string } {
  const ticket = pending.open(bytes);
  ticket.envelopeJoined();
  ticket.seal();
  let outcome = 'open';
  ticket.answered.then(
    () => (outcome = 'durable'),
    (error: unknown) => (outcome = (error as { code: string }).code),
  );
  return { ticket, outcome: () => outcome };
}

const turn = () => new Promise(setImmediate);

describe('PendingPublications', () => {
  it('answers each publication after its own time, oldest first', async () => {
    const first = open(1);
    scheduler.advance(600);
    const second = open(2);
    scheduler.advance(400);
    await turn();
    expect([first.outcome(), second.outcome()]).toEqual(['ingest/log-unavailable', 'open']);
    scheduler.advance(600);
    await turn();
    expect(second.outcome()).toBe('ingest/log-unavailable');
    expect(released).toEqual([]);
  });

  it('frees the bytes when the log settles, also after the answer', async () => {
    const late = open(7);
    scheduler.advance(1000);
    late.ticket.envelopeSettled();
    await turn();
    expect(late.outcome()).toBe('ingest/log-unavailable');
    expect(released).toEqual([7]);
  });

  it('goes on watching after a publication that was settled in time', async () => {
    open(1).ticket.envelopeSettled();
    scheduler.advance(500);
    const second = open(2);
    scheduler.advance(999);
    await turn();
    expect(second.outcome()).toBe('open');
    scheduler.advance(1);
    await turn();
    expect(second.outcome()).toBe('ingest/log-unavailable');
  });

  it('resolves `settled` when the log has spoken about all, and gives up on the rest', async () => {
    const first = open(1);
    const second = open(2);
    let settled = false;
    void pending.settled().then(() => (settled = true));
    first.ticket.envelopeSettled();
    await turn();
    expect(settled).toBe(false);
    pending.giveUp(new Error('stopping'));
    await turn();
    expect([first.outcome(), second.outcome()]).toEqual(['durable', 'ingest/log-unavailable']);
    second.ticket.envelopeSettled();
    await turn();
    expect(settled).toBe(true);
  });
});

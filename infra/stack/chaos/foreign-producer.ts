/**
 * What others write into the same topic, past the gateway: single JSON CloudEvents, which are billed, and bytes that nobody
 * can read, which are dead letters. It goes around the proxy and repeats until the broker has acknowledged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafkaClient } from '@tidemark/platform/kafka';
import { createLogger } from '@tidemark/platform/log';
import type { UsageLedger } from './usage-ledger.ts';
import type { UsageSource } from './usage-source.ts';

export interface ForeignOptions {
  readonly brokers: string;
  readonly topic: string;
  readonly tenant: string;
  readonly source: UsageSource;
  readonly ledger: UsageLedger;
}

const pauseMs = 500;
const eventsPerPause = 5;

export class ForeignProducer {
  accepted = 0;
  poison = 0;
  readonly #options: ForeignOptions;

  constructor(options: ForeignOptions) {
    this.#options = options;
  }

  /** Writes until the signal aborts; resolves when all that was begun is acknowledged. */
  async run(signal: AbortSignal): Promise<void> {
    const log = createLogger({ name: 'foreign-producer', level: 'fatal' });
    const kafka = createKafkaClient({
      clientId: 'foreign',
      brokers: [this.#options.brokers],
      log,
    });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    const send = async (messages: { key: string; value: string }[]): Promise<void> => {
      for (;;) {
        try {
          await producer.connect();
          await producer.send({ topic: this.#options.topic, acks: -1, messages });
          return;
        } catch {
          await delay(pauseMs);
        }
      }
    };
    while (!signal.aborted) {
      await send(this.#makeEvents());
      this.accepted += eventsPerPause;
      await send([{ key: `${this.#options.tenant}:nobody`, value: `{"torn": ${this.poison}` }]);
      this.poison += 1;
      await delay(pauseMs);
    }
    await producer.disconnect().catch(() => undefined);
  }

  #makeEvents(): { key: string; value: string }[] {
    const { ledger, source, tenant } = this.#options;
    return Array.from({ length: eventsPerPause }, () => {
      const { input, milliBytes, quarter } = source.make();
      ledger.add(input.subject, quarter, milliBytes);
      const value = JSON.stringify({ specversion: '1.0', ...input });
      return { key: `${tenant}:${input.subject}`, value };
    });
  }
}

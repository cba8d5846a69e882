import type { Command } from 'commander';
import { registerApply } from './apply.ts';
import { registerClose } from './close.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvents } from './events.ts';
import { registerExplain } from './explain.ts';
import { registerInvoices } from './invoices.ts';
import { registerKafka } from './kafka.ts';
import { registerPartition } from './partition.ts';
import { registerPrice } from './price.ts';
import { registerReconcile } from './reconcile.ts';
import { registerRoles } from './roles.ts';
import { registerSend } from './send.ts';
import { registerSpend } from './spend.ts';
import { registerUp } from './up.ts';
import { registerUsage } from './usage.ts';

/** In the order in which a newcomer meets them. */
export function registerCommands(program: Command): void {
  registerDemo(program);
  registerUp(program);
  registerApply(program);
  registerSend(program);
  registerUsage(program);
  registerSpend(program);
  registerClose(program);
  registerInvoices(program);
  registerExplain(program);
  registerEvents(program);
  registerDeadLetters(program);
  registerReconcile(program);
  registerPartition(program);
  registerPrice(program);
  registerKafka(program);
  registerRoles(program);
  registerDoctor(program);
}

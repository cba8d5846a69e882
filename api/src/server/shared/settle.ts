import type { FastifyReply } from 'fastify';
import type { ChangeTicket } from '../../catalog/catalog-changes.ts';
import type { ControlPlane } from '../../control-plane.ts';

/**
 * Waits until every rater knows a change of the catalog. After ten seconds the answer goes out all the same and says in
 * `tidemark-epoch-pending` which epoch is still on its way.
 */
export async function settle(
  controlPlane: ControlPlane,
  ticket: ChangeTicket,
  reply: FastifyReply,
): Promise<void> {
  const settled = await controlPlane.publisher.settle(ticket);
  if (settled.kind === 'pending')
    void reply.header('tidemark-epoch-pending', String(settled.epoch));
}

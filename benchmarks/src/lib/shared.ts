/** A resource that the cases of a comparison share: started by the first that needs it, stopped by the last that closes. */
export class Shared<Resource extends { stop(): Promise<void> }> {
  readonly #start: () => Promise<Resource>;
  #starting: Promise<Resource> | null = null;
  #users = 0;

  constructor(start: () => Promise<Resource>) {
    this.#start = start;
  }

  acquire(): Promise<Resource> {
    this.#users++;
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async release(): Promise<void> {
    if (--this.#users > 0) return;
    const resource = await this.#starting;
    this.#starting = null;
    await resource?.stop();
  }
}

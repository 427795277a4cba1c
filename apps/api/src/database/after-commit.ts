import type { EntityManager } from 'typeorm';

/**
 * Does something once the transaction is on disk, and not at all when it is rolled back. It must not fail and takes no time:
 * whoever asked for the transaction waits for it.
 */
export function afterCommit({ queryRunner }: EntityManager, action: () => void): void {
  if (!queryRunner?.isTransactionActive) throw new Error('There is no transaction to wait for');
  // A runner serves one transaction, so that this ends with it.
  const commit = queryRunner.commitTransaction.bind(queryRunner);
  queryRunner.commitTransaction = async () => {
    await commit();
    if (!queryRunner.isTransactionActive) action();
  };
}

namespace PaymentCluster.Grains.Vault;

/// <summary>The vault's statements. Each names the merchant.</summary>
internal static class VaultSql
{
    public const string CurrentKey =
        """
        select key_id, generation, master_key, wrapped from vault.keys
        where merchant_id = $1 and purpose = $2 order by generation desc limit 1
        """;

    public const string AddKey =
        """
        insert into vault.keys (merchant_id, key_id, purpose, generation, master_key, wrapped, created_at)
        values ($1, $2, $3, $4, $5, $6, now()) on conflict do nothing
        """;

    public const string Find =
        "select token from vault.cards where merchant_id = $1 and customer_id = $2 and fingerprint = $3";

    public const string Add =
        """
        insert into vault.cards (merchant_id, token, customer_id, key_id, fingerprint, sealed, created_at)
        values ($1, $2, $3, $4, $5, $6, now()) on conflict do nothing
        """;

    public const string Replace =
        "update vault.cards set key_id = $3, sealed = $4 where merchant_id = $1 and token = $2";

    // The card with its key, in one statement: a rotation that runs meanwhile changes both or neither.
    public const string Read =
        """
        select c.sealed, k.key_id, k.generation, k.master_key, k.wrapped
        from vault.cards c join vault.keys k on k.merchant_id = c.merchant_id and k.key_id = c.key_id
        where c.merchant_id = $1 and c.token = $2
        """;

    public const string Delete = "delete from vault.cards where merchant_id = $1 and token = $2";

    public const string DeleteCustomer = "delete from vault.cards where merchant_id = $1 and customer_id = $2";

    public const string Status =
        """
        select (select count(*) from vault.cards),
               (select count(*) from vault.cards c join vault.keys k on k.merchant_id = c.merchant_id and k.key_id = c.key_id
                where exists (select from vault.keys n where n.merchant_id = k.merchant_id and n.purpose = 1 and n.generation > k.generation)),
               (select count(*) from vault.keys),
               (select count(*) from vault.keys where master_key <> $1)
        """;

    // The generation that an operator's command adds to: merchants that came later have the newest already.
    public const string MerchantsWithCards =
        "select k.merchant_id, max(k.generation) from vault.keys k where k.purpose = 1 "
        + "group by k.merchant_id order by k.merchant_id";

    public const string OutdatedKeys =
        """
        select merchant_id, purpose, key_id, generation, master_key, wrapped from vault.keys where master_key <> $1 limit $2
        """;

    public const string Rewrap =
        "update vault.keys set master_key = $4, wrapped = $5 where merchant_id = $1 "
        + "and key_id = $2 and master_key = $3";

    public const string OutdatedCards =
        """
        select c.merchant_id, c.token, c.sealed, k.key_id, k.generation, k.master_key, k.wrapped
        from vault.cards c join vault.keys k on k.merchant_id = c.merchant_id and k.key_id = c.key_id
        where exists (select from vault.keys n where n.merchant_id = k.merchant_id and n.purpose = 1 and n.generation > k.generation)
        limit $1
        """;

    // Only unchanged rows: a card that was saved again meanwhile has the new key already.
    public const string Reseal =
        "update vault.cards set key_id = $3, sealed = $4 where merchant_id = $1 and token = $2 "
        + "and key_id = $5 and sealed = $6";

    public const string DropUnused =
        """
        delete from vault.keys k
        where purpose = 1
          and exists (select from vault.keys n where n.merchant_id = k.merchant_id and n.purpose = 1 and n.generation > k.generation)
          and not exists (select from vault.cards c where c.merchant_id = k.merchant_id and c.key_id = k.key_id)
        """;
}

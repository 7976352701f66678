using Npgsql;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Gateway.Api.Cluster;

/// <summary>The login with which a gateway finds the silos. It reads the cluster's membership, and no more: a gateway
/// is what strangers talk to, and payments are not behind its login.</summary>
internal static class MembershipLogin
{
    // Orleans' tables of membership, and the statements with which it reads them.
    private const string Beyond =
        """
        select string_agg(distinct n.nspname || '.' || c.relname, ', ')
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('public', 'vault')
          and (has_any_column_privilege(c.oid, 'insert') or has_any_column_privilege(c.oid, 'update')
            or has_table_privilege(c.oid, 'delete') or has_table_privilege(c.oid, 'truncate')
            or (has_any_column_privilege(c.oid, 'select')
              and c.relname not in ('orleansmembershipversiontable', 'orleansmembershiptable', 'orleansquery')))
        """;

    /// <summary>Returns if the login may do nothing beyond reading the membership.</summary>
    /// <param name="connectionString">The login's.</param>
    /// <exception cref="StartupException">It may.</exception>
    /// <exception cref="NpgsqlException">The database does not respond.</exception>
    public static async Task RequireAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(Beyond);
        if (await command.ExecuteScalarAsync() is string tables)
        {
            throw new StartupException(
                "The gateway's database login may do more than read the cluster's membership "
                    + $"(it has rights on {tables}): use a login that is only in the group paymentcluster_gateway, or add "
                    + "'Options=-c role=paymentcluster_gateway' to ConnectionStrings:PaymentCluster.");
        }
    }
}

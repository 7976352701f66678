using System.Runtime.CompilerServices;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>Every endpoint, called with every kind of credential and every kind of id: the statuses are one table that
/// a reader can check (S1, S3, F56).</summary>
public sealed class AccessMatrixTests
{
    private static readonly (Credential Credential, Whose Id)[] Columns =
    [
        (Credential.None, Whose.Own),
        (Credential.Unknown, Whose.Own),
        (Credential.Publishable, Whose.Own),
        (Credential.OtherPayer, Whose.Own),
        (Credential.Payer, Whose.Own),
        (Credential.Secret, Whose.Own),
        (Credential.Secret, Whose.Others),
        (Credential.Secret, Whose.Unknown),
        (Credential.Secret, Whose.Malformed),
        (Credential.Administrator, Whose.Own),
        (Credential.Administrator, Whose.Unknown),
        (Credential.Administrator, Whose.Malformed),
    ];

    private const int Others = 6;
    private const int Unknown = 7;

    [Fact]
    public async Task The_table_says_what_each_credential_may_do_with_each_id()
    {
        // Thousands of wrong keys and secrets come from this address.
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:FailedKeysPerAddress", "1000000"),
            ("Gateway:FailedSecretsPerPayment", "1000000"),
            ("Gateway:ReturnsPerSecond", "1000000"));
        var scene = await AccessScene.SetAsync(host);
        var (rows, faults) = (new List<string>(), new List<string>());
        foreach (var route in AccessScene.Routes(host))
        {
            var responses = new List<Response>();
            foreach (var (credential, id) in Columns)
            {
                responses.Add(await CallAsync(host, scene, route, credential, id));
                // What one call changed is not what the next is to find.
                if (route.Method != "GET" && responses[^1].Status < 300)
                {
                    scene = await AccessScene.SetAsync(host, scene);
                }
            }

            var statuses = responses.Select(response => response.Status).ToList();
            rows.Add($"| `{route.Name}` | {string.Join(" | ", statuses)} |");
            faults.AddRange(FaultsOf(route, responses));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        var written = (await File.ReadAllLinesAsync(Table()))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.True(rows.SequenceEqual(written), $"docs/access.md is to have this table:\n{string.Join('\n', rows)}");
    }

    private static IEnumerable<string> FaultsOf(Route route, List<Response> responses)
    {
        if (responses.FirstOrDefault(response => response.Status >= 500) is { } failed)
        {
            yield return $"{route.Name}: {failed}";
        }

        if (responses[Others] != responses[Unknown])
        {
            yield return $"{route.Name} tells another's id apart: {responses[Others]}, {responses[Unknown]}";
        }

        foreach (var (status, column) in KeptOut(route.Policy).Select((status, column) => (status, column)))
        {
            if (status is not null && status != responses[column].Status)
            {
                yield return $"{route.Name}, {Columns[column]}: {responses[column]} instead of {status}";
            }
        }
    }

    // What a policy refuses, by column, whatever the table says; null where it lets the call through.
    private static int?[] KeptOut(string? policy) => policy switch
    {
        AccessPolicies.Secret => [401, 401, 403, 403, 403, null, null, null, null, 401, 401, 401],
        AccessPolicies.Publishable => [401, 401, null, 403, 403, null, null, null, null, 401, 401, 401],
        AccessPolicies.Payer or AccessPolicies.Viewer =>
            [401, 401, 403, 404, null, null, 404, 404, 404, 401, 401, 401],
        AccessPolicies.Admin => [401, 401, 401, 401, 401, 401, 401, 401, 401, null, null, null],
        null => [],
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "Decide what it keeps out."),
    };

    private static async Task<Response> CallAsync(
        GatewayHost host, AccessScene scene, Route route, Credential credential, Whose id)
    {
        using var client = host.Client(scene.KeyOf(credential));
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), scene.PathOf(route, id));
        request.Content = AccessScene.BodyOf(route);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await Response.OfAsync(response);
    }

    private static string Table([CallerFilePath] string self = "") =>
        Path.Combine(Path.GetDirectoryName(self)!, "..", "..", "..", "docs", "access.md");

    private sealed record Response(int Status, string? Code, string? Detail)
    {
        public static async Task<Response> OfAsync(HttpResponseMessage response)
        {
            if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            {
                return new Response((int)response.StatusCode, null, null);
            }

            var problem = await response.JsonAsync();
            return new Response(
                (int)response.StatusCode,
                problem.GetProperty("code").GetString(),
                problem.GetProperty("detail").GetString());
        }
    }
}

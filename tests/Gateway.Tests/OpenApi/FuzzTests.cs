using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using PaymentCluster.Gateway.Tests.Access;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.OpenApi;

/// <summary>Hostile bodies, parameters and headers, on every described operation: each response is one that the
/// document has for it, of the form that it promises, and none is a failure of the server.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20261201;
    private const int CallsPerOperation = 40;

    // Takes the place of half of a character, which nothing here would write.
    private const string HalfCharacter = "half a character";

    // Seconds in which a read waits are not tested here.
    private static readonly string[] Queries =
        ["", "0", "-1", "x", "99999999999999999999", "%00", "%F0%9F%92%B3", "'--"];

    private static readonly (string Name, string Value)[] HostileHeaders =
    [
        ("Idempotency-Key", ""), ("Idempotency-Key", new string('k', 300)), ("Idempotency-Key", "a b"),
        ("Idempotency-Key", "fine"), ("If-Match", "*"), ("If-Match", "\"\""), ("If-Match", "\"-1\""),
        ("If-None-Match", "W/\"x\""), ("If-None-Match", "\"99999999999\""), ("Last-Event-ID", "x"),
        ("Last-Event-ID", "-5"), ("X-Request-Id", "<script>"), ("Accept", "text/html"), ("Accept", "nonsense"),
        ("Content-Encoding", "gzip"), ("Origin", "https://stranger.example"), ("Origin", "null"),
        ("X-Forwarded-For", "not an address"), ("X-HTTP-Method-Override", "DELETE"), ("Accept-Language", "*;q=x"),
    ];

    private static readonly string[] ContentTypes =
    [
        "application/json; charset=\"utf-8\"", "application/json; charset=utf-16", "text/plain", "multipart/form-data",
        "application/xml", "",
    ];

    private static readonly string[] HostileValues =
    [
        "null", "true", "0", "-1", "1.5", "1e308", "9223372036854775808", "\"\"", "\" \"", "\"\\u0000\"",
        $"\"{HalfCharacter}\"", "\"\\u202Egnp\"", "\"<script>alert(1)</script>\"",
        "\"'; drop table payments; --\"", "\"../../etc\"", "[]", "{}", "[[[[1]]]]", "{\"a\":{\"a\":{}}}",
        "\"2026-13-45T99:99:99Z\"", "\"\ud83d\udcb3\"", "[null]", "[{}]",
    ];

    private static readonly string[] HostileBodies =
    [
        "", "null", "[]", "\"text\"", "{", "{]", "{\"a\":1,\"a\":2}", "{\"__proto__\":{}}", "\ufeff{}", "{} {}",
        "{\"\":1}", $"{{\"a\":{new string('[', 100)}{new string(']', 100)}}}",
        $"{{\"a\":\"{new string('x', 70_000)}\"}}",
    ];

    [Fact]
    public async Task Every_response_is_one_that_the_document_has()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:FailedKeysPerAddress", "1000000"),
            ("Gateway:FailedSecretsPerPayment", "1000000"),
            ("Gateway:ReturnsPerSecond", "1000000"));
        using var stranger = host.Client(null);
        var document = JsonNode.Parse(await stranger.GetStringAsync("/openapi/v1.json"))!.AsObject();
        var responses = new DescribedResponses(document);
        var random = new Random(Seed);
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new Dictionary<HttpStatusCode, int>();
        var scene = await AccessScene.SetAsync(host);
        foreach (var route in AccessScene.Routes(host).Where(route => responses.Has(route)))
        {
            if (route.Method != "GET")
            {
                scene = await AccessScene.SetAsync(host, scene);
            }

            for (var call = 0; call < CallsPerOperation; call++)
            {
                using var client = host.Client(scene.KeyOf(CredentialOf(route, random)));
                using var request = Request(route, scene, random);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                seen[response.StatusCode] = seen.GetValueOrDefault(response.StatusCode) + 1;
                if (await responses.FaultOfAsync(route, response) is { } fault)
                {
                    faults.Add($"{route.Name}: {fault}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        // Calls of every fate came through: taken, refused for their form, for their caller, for their subject.
        Assert.All(
            (HttpStatusCode[])
            [
                HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.BadRequest,
                HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Conflict,
                HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity,
            ],
            status => Assert.True(seen.ContainsKey(status), $"{status} in {string.Join(", ", seen)}"));
    }

    private static Credential CredentialOf(Route route, Random random) => random.Next(20) switch
    {
        0 => Credential.None,
        1 => Credential.Unknown,
        2 => Credential.Publishable,
        3 => Credential.Payer,
        _ => route.Policy == Api.Access.AccessPolicies.Admin ? Credential.Administrator : Credential.Secret,
    };

    private static HttpRequestMessage Request(Route route, AccessScene scene, Random random)
    {
        var path = scene.PathOf(route, random.Next(4) == 0 ? (Whose)random.Next(4) : Whose.Own);
        var request = new HttpRequestMessage(new HttpMethod(route.Method), path + Query(path, route, random));
        if (route.Method is "POST" or "PUT" || random.Next(10) == 0)
        {
            request.Content = new ByteArrayContent(Body(route, random));
            request.Content.Headers.TryAddWithoutValidation(
                "Content-Type", random.Next(8) == 0 ? Of(ContentTypes, random) : "application/json");
        }

        for (var count = Math.Max(0, random.Next(4) - 1); count > 0; count--)
        {
            var (name, value) = Of(HostileHeaders, random);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private static string Query(string path, Route route, Random random)
    {
        var known = route.Query.Select(parameter => parameter.Name).Append("unknown").Where(name => name != "wait")
            .ToList();
        var parameters = Enumerable.Range(0, Math.Max(0, random.Next(5) - 2))
            .Select(_ => $"{Of(known, random)}={Of(Queries, random)}");
        var query = string.Join('&', parameters);
        return query.Length == 0 ? "" : (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;
    }

    private static byte[] Body(Route route, Random random)
    {
        if (random.Next(8) == 0)
        {
            return Encoding.UTF8.GetBytes(Of(HostileBodies, random));
        }

        if (random.Next(16) == 0)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var body = JsonNode.Parse(AccessScene.TextOf(route))!.AsObject();
        for (var count = random.Next(4); count > 0; count--)
        {
            Spoil(body, route, random);
        }

        return Encoding.UTF8.GetBytes(body.ToJsonString().Replace(HalfCharacter, "\\ud800", StringComparison.Ordinal));
    }

    private static void Spoil(JsonObject body, Route route, Random random)
    {
        var names = body.Select(member => member.Key)
            .Concat(route.Body?.Fields.Select(field => field.Name) ?? []).Append("unknown").ToList();
        var name = Of(names, random);
        if (body[name] is JsonObject { Count: > 0 } inner && random.Next(2) == 0)
        {
            Spoil(inner, route, random);
        }
        else if (random.Next(4) == 0)
        {
            body.Remove(name);
        }
        else
        {
            body[name] = random.Next(8) == 0
                ? JsonValue.Create(new string('x', 5_000))
                : JsonNode.Parse(Of(HostileValues, random));
        }
    }

    private static T Of<T>(IReadOnlyList<T> all, Random random) => all[random.Next(all.Count)];

    /// <summary>The responses of the document's operations.</summary>
    private sealed class DescribedResponses(JsonObject document)
    {
        private const string Components = "#/components/schemas/";
        private const string Definitions = "#/$defs/";

        private static readonly EvaluationOptions AllErrors = new() { OutputFormat = OutputFormat.List };

        private readonly Dictionary<string, JsonSchema> _schemas = new(StringComparer.Ordinal);

        public bool Has(Route route) => Operation(route) is not null;

        /// <summary>What is wrong with a response; null if it is one of its operation's.</summary>
        public async Task<string?> FaultOfAsync(Route route, HttpResponseMessage response)
        {
            var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            var text = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
                ? ""
                : await response.Content.ReadAsStringAsync();
            if (status[0] == '5')
            {
                return $"{status} {text}";
            }

            if (Operation(route)!["responses"]![status] is not { } described)
            {
                return $"{status} is not described: {text}";
            }

            if (described["content"] is not JsonObject content)
            {
                return text.Length == 0 ? null : $"{status} has a body: {text}";
            }

            var type = response.Content.Headers.ContentType?.MediaType ?? "";
            if (content[type] is not { } media)
            {
                return $"{status} is {type}: {text}";
            }

            if (media["schema"] is not { } schema)
            {
                return null;
            }

            var result = Schema(schema).Evaluate(JsonElement.Parse(text), AllErrors);
            var errors = (result.Details ?? []).SelectMany(
                part => (part.Errors ?? []).Select(error => $"{part.InstanceLocation} {error.Key}: {error.Value}"));
            return result.IsValid ? null : $"{status} is not of its form ({string.Join("; ", errors)}): {text}";
        }

        private JsonNode? Operation(Route route) =>
            document["paths"]?[route.Pattern]?[route.Method.ToLowerInvariant()];

        private JsonSchema Schema(JsonNode schema)
        {
            var text = schema.ToJsonString();
            if (!_schemas.TryGetValue(text, out var found))
            {
                var whole = new JsonObject
                {
                    ["$defs"] = document["components"]!["schemas"]!.DeepClone(),
                    ["allOf"] = new JsonArray(schema.DeepClone()),
                };
                CloseWords(whole);
                found = JsonSchema.FromText(
                    whole.ToJsonString().Replace(Components, Definitions, StringComparison.Ordinal));
                _schemas.Add(text, found);
            }

            return found;
        }

        // Words may be added one day; this server sends none that its own document does not have.
        private static void CloseWords(JsonNode? node)
        {
            if (node is JsonArray array)
            {
                array.ToList().ForEach(CloseWords);
            }
            else if (node is JsonObject schema)
            {
                schema.Select(member => member.Value).ToList().ForEach(CloseWords);
                if (schema.Remove("x-extensible-enum", out var words))
                {
                    schema["enum"] = new JsonArray([.. words!.AsArray().Select(word => word!.DeepClone()), null]);
                }
            }
        }
    }
}

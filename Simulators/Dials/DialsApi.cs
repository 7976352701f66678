using System.Collections.Concurrent;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Dials;

/// <summary>The boards of all providers, kept on disk so that a chaos run may kill the simulator too.</summary>
internal sealed class DialBoards(SimulatorsOptions options)
{
    private readonly ConcurrentDictionary<string, DialBoard> _boards = new(StringComparer.Ordinal);

    public DialBoard Of(string provider) => _boards.GetOrAdd(provider, Load);

    public void Set(string provider, DialSettings settings)
    {
        var path = PathOf(provider);
        Directory.CreateDirectory(options.DataDirectory);
        File.WriteAllBytes(path + ".new", JsonBytes.Write(settings, static (json, all) => all.Write(json)));
        File.Move(path + ".new", path, overwrite: true);
        Of(provider).Set(settings);
    }

    private DialBoard Load(string provider)
    {
        var board = new DialBoard(provider);
        var path = PathOf(provider);
        if (!File.Exists(path))
        {
            return board;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        board.Set(DialSettings.Parse(document.RootElement, out var error)
            ?? throw new InvalidDataException($"The dials of {provider} cannot be read: {error}."));
        return board;
    }

    private string PathOf(string provider) => Path.Combine(options.DataDirectory, $"{provider}.dials.json");
}

/// <summary><c>GET</c> and <c>PUT /_dials/{provider}</c>.</summary>
internal static class DialsApi
{
    public static void AddDials(this IServiceCollection services)
    {
        services.AddSingleton<DialBoards>();
        services.AddSingleton<FaultGate>();
        services.AddSingleton<CallCounts>();
    }

    public static void MapDials(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_calls/{provider}", (string provider, IEnumerable<IProvider> providers, CallCounts calls) =>
            providers.Any(known => known.Name == provider) ? Results.Ok(calls.Of(provider)) : Results.NotFound());
        routes.MapGet("/_dials/{provider}", (string provider, IEnumerable<IProvider> providers, DialBoards boards) =>
            providers.Any(known => known.Name == provider) ? Describe(boards, provider) : Results.NotFound());
        routes.MapPut("/_dials/{provider}",
            (string provider, JsonElement body, IEnumerable<IProvider> providers, DialBoards boards) =>
            {
                if (!providers.Any(known => known.Name == provider))
                {
                    return Results.NotFound();
                }

                if (DialSettings.Parse(body, out var error) is not { } settings)
                {
                    return Results.BadRequest(new { error });
                }

                boards.Set(provider, settings);
                return Describe(boards, provider);
            });
    }

    private static IResult Describe(DialBoards boards, string provider) => Results.Bytes(
        JsonBytes.Write(boards.Of(provider).Settings, static (json, all) => all.Write(json)), "application/json");
}

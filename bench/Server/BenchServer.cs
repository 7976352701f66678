using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Standalone;

namespace PaymentCluster.Bench.Server;

/// <summary>The system as <c>Standalone</c> composes it, with one connector more and calls that look into
/// it.</summary>
internal static class BenchServer
{
    public const string MemoryPath = "/_bench/memory";
    public const string StatusQueriesPath = "/_bench/status-queries";

    public static async Task RunAsync(string[] args)
    {
        await using var app = await StandaloneHost.PrepareAsync(args, builder =>
        {
            var options = builder.Configuration.GetSection("Instant").Get<InstantOptions>() ?? new InstantOptions();
            builder.Services.AddSingleton(options);
            builder.Services.AddSingleton<IConnector, InstantConnector>();
            builder.Services.AddSingleton<SynchronousPayments>();
        });
        app.MapGet(MemoryPath, (bool? collect) =>
                TypedResults.Json(MemoryFigures.Take(collect ?? false), JsonSerializerOptions.Web))
            .AllowAnonymous();
        using var queries = new StatusQueryCounter();
        app.MapGet(StatusQueriesPath, () => TypedResults.Json(queries.Figures, JsonSerializerOptions.Web))
            .AllowAnonymous();
        app.MapPost(SynchronousPayments.Path, app.Services.GetRequiredService<SynchronousPayments>().TakeAsync)
            .AllowAnonymous();
        await app.RunAsync();
    }
}

/// <summary>What the runtime says of its memory, in bytes.</summary>
internal sealed record MemoryFigures
{
    /// <summary>Allocated since the start.</summary>
    public required long Allocated { get; init; }

    /// <summary>Alive now; exact after a full collection.</summary>
    public required long Heap { get; init; }

    /// <summary>What the process holds of the machine's memory.</summary>
    public required long WorkingSet { get; init; }

    /// <summary>Collections of generation 2 since the start.</summary>
    public required int FullCollections { get; init; }

    /// <summary>The part of the process's time that all threads stood still for collections, in percent.</summary>
    public required double PausePercent { get; init; }

    public static MemoryFigures Take(bool collect)
    {
        if (collect)
        {
            for (var round = 0; round < 2; round++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }
        }

        return new MemoryFigures
        {
            Allocated = GC.GetTotalAllocatedBytes(),
            Heap = GC.GetTotalMemory(forceFullCollection: false),
            WorkingSet = Environment.WorkingSet,
            FullCollections = GC.CollectionCount(GC.MaxGeneration),
            PausePercent = GC.GetGCMemoryInfo().PauseTimePercentage,
        };
    }
}

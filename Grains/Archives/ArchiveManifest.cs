using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Archives;

/// <summary>What an archive consists of, <c>manifest.json</c>. A stored format: it only expands.</summary>
internal sealed record ArchiveManifest
{
    /// <summary>The format that this build writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    public const string FileName = "manifest.json";

    /// <summary>The format of the files.</summary>
    public required int Format { get; init; }

    /// <summary>The archive's number.</summary>
    public required int Number { get; init; }

    /// <summary>All payments were made before this time.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>How many payments it has.</summary>
    public required long Payments { get; init; }

    /// <summary>How many of the same time had something open, and stayed in the database.</summary>
    public required long Carried { get; init; }

    /// <summary>The files.</summary>
    public required ImmutableArray<ArchivedFile> Files { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ArchiveJson.Default.ArchiveManifest);

    /// <exception cref="ArchiveException">It is not a manifest, or of a later format.</exception>
    public static ArchiveManifest Of(byte[] json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(json, ArchiveJson.Default.ArchiveManifest)!;
            return manifest.Format <= CurrentFormat
                ? manifest
                : throw new ArchiveException(
                    $"Archive {manifest.Number} has format {manifest.Format}; this build reads up to {CurrentFormat}.");
        }
        catch (JsonException exception)
        {
            throw new ArchiveException($"{FileName} cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>A file of an archive.</summary>
internal sealed record ArchivedFile
{
    /// <summary>Its name, which is its table's and <c>.copy</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The columns, in order.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>How many rows, and so lines, it has.</summary>
    public required long Rows { get; init; }

    /// <summary>How long it is.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its checksum, in hex.</summary>
    public required string Sha256 { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ArchiveManifest))]
internal sealed partial class ArchiveJson : JsonSerializerContext;

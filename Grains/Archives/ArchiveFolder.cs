using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Archives;

/// <summary>The files of one archive, to be read.</summary>
internal sealed class ArchiveFolder
{
    private readonly string _path;

    private ArchiveFolder(string path, ArchiveManifest manifest) => (_path, Manifest) = (path, manifest);

    public ArchiveManifest Manifest { get; }

    /// <summary>Opens an archive, without reading its payments.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="checksum">Of its manifest.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">A file is missing or has another length, or the manifest is
    /// another.</exception>
    public static async Task<ArchiveFolder> OpenAsync(string path, byte[] checksum, CancellationToken cancellation)
    {
        try
        {
            var json = await File.ReadAllBytesAsync(Path.Combine(path, ArchiveManifest.FileName), cancellation);
            if (!SHA256.HashData(json).AsSpan().SequenceEqual(checksum))
            {
                throw new ArchiveException($"'{path}' has another manifest than was written.");
            }

            var folder = new ArchiveFolder(path, ArchiveManifest.Of(json));
            foreach (var file in ArchiveTable.All.Select(folder.FileOf))
            {
                if (new FileInfo(Path.Combine(path, file.Name)).Length != file.Bytes)
                {
                    throw new ArchiveException($"'{file.Name}' of '{path}' has another length than was written.");
                }
            }

            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads everything back: checksums, numbers of rows, and that each payment is whole.</summary>
    /// <exception cref="ArchiveException">The archive is damaged.</exception>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        foreach (var file in ArchiveTable.All.Select(FileOf))
        {
            await using var stream = Open(file.Name);
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)) != file.Sha256)
            {
                throw new ArchiveException($"'{file.Name}' of '{_path}' is damaged: it has another checksum.");
            }
        }

        try
        {
            var (payments, rows) = (0L, new long[ArchiveTable.All.Length]);
            await foreach (var payment in ReadAsync(cancellation))
            {
                payment.Fold();
                payments++;
                for (var table = 0; table < rows.Length; table++)
                {
                    rows[table] += payment.Lines[table].Length;
                }
            }

            if (payments != Manifest.Payments
                || !rows.SequenceEqual(ArchiveTable.All.Select(table => FileOf(table).Rows)))
            {
                throw new ArchiveException($"'{_path}' has other rows than its manifest says.");
            }
        }
        catch (InvalidDataException exception)
        {
            throw new ArchiveException($"'{_path}' is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>All payments, in the order of their ids.</summary>
    /// <exception cref="InvalidDataException">A row belongs to no payment.</exception>
    public async IAsyncEnumerable<ArchivedPayment> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var files = ArchiveTable.All.Select(table => new StreamReader(Open(table.FileName), Encoding.UTF8)).ToList();
        try
        {
            var reader = new ArchivedPaymentReader([.. files], skipsOthers: false);
            while (await reader.ReadAsync(cancellation) is { } payment)
            {
                yield return payment;
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>One payment, found by halving its files; null if the archive does not have it.</summary>
    public async Task<ArchivedPayment?> FindAsync(Guid payment, CancellationToken cancellation)
    {
        var id = payment.ToString();
        var lines = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var table in ArchiveTable.All)
        {
            await using var stream = Open(table.FileName);
            lines.Add(await LinesOfAsync(stream, id, cancellation));
        }

        return lines[ArchiveTable.Events].IsEmpty ? null : new ArchivedPayment(id, lines.ToImmutable());
    }

    private static async Task<ImmutableArray<string>> LinesOfAsync(
        FileStream stream, string id, CancellationToken cancellation)
    {
        // Lines that begin before the one are of lower ids, those from the other on are not.
        var (low, high) = (0L, stream.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var start = StartOfLine(stream, middle);
            if (start < high && string.CompareOrdinal(IdAt(stream, start), id) < 0)
            {
                low = start + 1;
            }
            else
            {
                high = middle;
            }
        }

        stream.Position = StartOfLine(stream, low);
        using var reader = new StreamReader(stream, Encoding.UTF8, false, -1, leaveOpen: true);
        var lines = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line
            && CopyText.IdOf(line).SequenceEqual(id))
        {
            lines.Add(line);
        }

        return lines.ToImmutable();
    }

    // Of the first line that begins at a position or after it.
    private static long StartOfLine(FileStream stream, long position)
    {
        if (position == 0)
        {
            return 0;
        }

        stream.Position = position - 1;
        int read;
        do
        {
            read = stream.ReadByte();
        }
        while (read is not (-1 or '\n'));

        return stream.Position;
    }

    private static string IdAt(FileStream stream, long position)
    {
        Span<byte> id = stackalloc byte[CopyText.IdLength];
        stream.Position = position;
        stream.ReadExactly(id);
        return Encoding.ASCII.GetString(id);
    }

    private ArchivedFile FileOf(ArchiveTable table) =>
        Manifest.Files.FirstOrDefault(file => file.Name == table.FileName)
            ?? throw new ArchiveException($"The manifest of '{_path}' has no {table.FileName}.");

    private FileStream Open(string name) =>
        new(Path.Combine(_path, name), FileMode.Open, FileAccess.Read, FileShare.Read);
}

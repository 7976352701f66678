using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Archives;

/// <summary>Writes the files of one archive. Nothing of it has the archive's name before all of it is on the
/// disk.</summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    private const int BufferSize = 1 << 16;
    private const string PartialExtension = ".partial";

    private readonly string _folder;
    private readonly ImmutableArray<TableFile> _files;

    /// <summary>Begins; what an earlier try left is deleted.</summary>
    /// <param name="folder">The archive's folder.</param>
    public ArchiveWriter(string folder)
    {
        _folder = folder;
        Delete(folder);
        Delete(folder + PartialExtension);
        System.IO.Directory.CreateDirectory(folder + PartialExtension);
        _files = [.. ArchiveTable.All.Select(table => new TableFile(folder + PartialExtension, table))];
    }

    /// <summary>How many payments were added.</summary>
    public long Payments { get; private set; }

    /// <summary>How many rows of a table.</summary>
    public long RowsOf(int table) => _files[table].Rows;

    /// <summary>Adds a payment; in the order of the ids.</summary>
    public async Task AddAsync(ArchivedPayment payment, CancellationToken cancellation)
    {
        Payments++;
        for (var table = 0; table < _files.Length; table++)
        {
            foreach (var line in payment.Lines[table])
            {
                await _files[table].AddAsync(line, cancellation);
            }
        }
    }

    /// <summary>Makes the archive durable under its name; returns the checksum of its manifest.</summary>
    public async Task<byte[]> CompleteAsync(
        int number, DateTimeOffset until, long carried, CancellationToken cancellation)
    {
        var files = ImmutableArray.CreateBuilder<ArchivedFile>();
        foreach (var file in _files)
        {
            files.Add(await file.CompleteAsync(cancellation));
        }

        var manifest = new ArchiveManifest
        {
            Format = ArchiveManifest.CurrentFormat,
            Number = number,
            Until = until,
            Payments = Payments,
            Carried = carried,
            Files = files.ToImmutable(),
        }.ToJson();
        var path = Path.Combine(_folder + PartialExtension, ArchiveManifest.FileName);
        await using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            await stream.WriteAsync(manifest, cancellation);
            stream.Flush(flushToDisk: true);
        }

        // The names of the files, then the folder's own.
        DirectorySync.Flush(_folder + PartialExtension);
        System.IO.Directory.Move(_folder + PartialExtension, _folder);
        DirectorySync.Flush(Path.GetDirectoryName(_folder)!);
        return SHA256.HashData(manifest);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files)
        {
            await file.DisposeAsync();
        }
    }

    private static void Delete(string folder)
    {
        if (System.IO.Directory.Exists(folder))
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class TableFile(string folder, ArchiveTable table) : IAsyncDisposable
    {
        private readonly FileStream _stream = new(
            Path.Combine(folder, table.FileName), FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] _line = new byte[BufferSize];

        public long Rows { get; private set; }

        public async Task AddAsync(string line, CancellationToken cancellation)
        {
            var most = Encoding.UTF8.GetMaxByteCount(line.Length) + 1;
            _line = _line.Length < most ? new byte[most] : _line;
            var length = Encoding.UTF8.GetBytes(line, _line);
            _line[length++] = (byte)'\n';
            _hash.AppendData(_line, 0, length);
            await _stream.WriteAsync(_line.AsMemory(0, length), cancellation);
            Rows++;
        }

        public async Task<ArchivedFile> CompleteAsync(CancellationToken cancellation)
        {
            await _stream.FlushAsync(cancellation);
            _stream.Flush(flushToDisk: true);
            return new ArchivedFile
            {
                Name = table.FileName,
                Columns = [.. table.Columns.Select(column => column.Name)],
                Rows = Rows,
                Bytes = _stream.Length,
                Sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset()),
            };
        }

        public async ValueTask DisposeAsync()
        {
            _hash.Dispose();
            await _stream.DisposeAsync();
        }
    }
}

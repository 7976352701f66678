using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace PaymentCluster.Simulators.Journal;

/// <summary>
/// An append-only file of lines. <see cref="Append"/> completes when its line is on disk; while one flush is under
/// way the next lines collect, so that many callers share one. A line is kept whole or not at all: a torn last line,
/// left by a kill, is cut off at the next start.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly SafeFileHandle _file;
    private readonly Thread _writer;
    private Batch _collecting = new();
    private Batch _spare = new();
    private Exception? _broken;
    private long _length;
    private bool _closed;

    private JournalFile(SafeFileHandle file, long length)
    {
        _file = file;
        _length = length;
        // A thread of its own: flushing blocks, and the pool is small where cores are few.
        _writer = new Thread(Write) { IsBackground = true, Name = "journal" };
        _writer.Start();
    }

    /// <summary>Opens the file, or creates it, and hands each of its lines to <paramref name="replay"/>.</summary>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static JournalFile Open(string path, Action<ReadOnlyMemory<byte>> replay)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var whole = Replay(file, replay);
        if (whole < RandomAccess.GetLength(file))
        {
            RandomAccess.SetLength(file, whole);
            RandomAccess.FlushToDisk(file);
        }

        return new JournalFile(file, whole);
    }

    /// <summary>Adds one line, without its end of line; the order of calls is the order in the file.</summary>
    /// <returns>Completes when the line is on disk.</returns>
    public Task Append(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_broken is not null || _closed)
            {
                return Task.FromException(new IOException("The journal can no longer be written.", _broken));
            }

            var first = _collecting.Bytes.WrittenCount == 0;
            _collecting.Bytes.Write(line);
            _collecting.Bytes.Write("\n"u8);
            if (first)
            {
                _work.Release();
            }

            return _collecting.Durable.Task;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _work.Release();
        _writer.Join();
        _file.Dispose();
        _work.Dispose();
    }

    private static long Replay(SafeFileHandle file, Action<ReadOnlyMemory<byte>> replay)
    {
        var buffer = new byte[1 << 20];
        var filled = 0;
        long offset = 0, whole = 0;
        while (true)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = RandomAccess.Read(file, buffer.AsSpan(filled), offset);
            if (read == 0)
            {
                return whole;
            }

            offset += read;
            filled += read;
            var start = 0;
            int length;
            while ((length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0)
            {
                replay(buffer.AsMemory(start, length));
                start += length + 1;
                whole += length + 1;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
        }
    }

    private void Write()
    {
        while (true)
        {
            _work.Wait();
            Batch batch;
            lock (_gate)
            {
                if (_collecting.Bytes.WrittenCount == 0)
                {
                    if (_closed)
                    {
                        return;
                    }

                    continue;
                }

                batch = _collecting;
                _collecting = _spare;
            }

            try
            {
                RandomAccess.Write(_file, batch.Bytes.WrittenSpan, _length);
                RandomAccess.FlushToDisk(_file);
                _length += batch.Bytes.WrittenCount;
                batch.Durable.SetResult();
            }
            catch (Exception error)
            {
                // What is in memory is now ahead of the disk, so nothing may be promised from here on.
                lock (_gate)
                {
                    _broken = error;
                    _collecting.Durable.TrySetException(error);
                }

                batch.Durable.SetException(error);
                return;
            }

            _spare = new Batch(batch.Bytes);
        }
    }

    private sealed class Batch
    {
        public Batch() => Bytes = new ArrayBufferWriter<byte>(64 * 1024);

        public Batch(ArrayBufferWriter<byte> reused)
        {
            reused.ResetWrittenCount();
            Bytes = reused;
        }

        public ArrayBufferWriter<byte> Bytes { get; }

        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

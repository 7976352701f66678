using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace PaymentCluster.Journal.Tests;

/// <summary>What PgBouncer does with <c>ignore_startup_parameters = options</c>: it passes a session on without the
/// settings that it was opened with.</summary>
internal sealed class OptionsDroppingPooler : IAsyncDisposable
{
    private const string Options = "options";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    /// <summary>Listens.</summary>
    /// <param name="connectionString">Where sessions are passed on to.</param>
    public OptionsDroppingPooler(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The same login through it.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Pooling = false,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        // The listener stops last: no client is accepted from it afterwards.
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await PassOnAsync(client);
            }
        }
        catch (Exception exception)
            when (exception is SocketException or IOException || _end.IsCancellationRequested)
        {
            // The end.
        }
    }

    // One session at a time, until its client closes it.
    private async Task PassOnAsync(TcpClient client)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(_server.Host!, _server.Port);
        var (near, far) = (client.GetStream(), server.GetStream());
        await far.WriteAsync(await ReadStartupAsync(near));
        await Task.WhenAny(near.CopyToAsync(far, _end.Token), far.CopyToAsync(near, _end.Token));
    }

    // Length, protocol, names and values that end in zero, and a zero.
    private static async Task<byte[]> ReadStartupAsync(NetworkStream client)
    {
        var head = new byte[8];
        await client.ReadExactlyAsync(head);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head) - head.Length];
        await client.ReadExactlyAsync(body);
        var parts = Encoding.UTF8.GetString(body).TrimEnd('\0').Split('\0');
        var kept = parts.Chunk(2).Where(pair => pair[0] != Options).SelectMany(pair => pair);
        var rest = Encoding.UTF8.GetBytes(string.Join('\0', kept) + "\0\0");
        BinaryPrimitives.WriteInt32BigEndian(head, head.Length + rest.Length);
        return [.. head, .. rest];
    }
}

using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PaymentCluster.Journal.Tests;

/// <summary>What happens to a request that passes a <see cref="CuttingProxy"/>.</summary>
internal enum Cut
{
    /// <summary>It arrives and is answered.</summary>
    None,

    /// <summary>It arrives and is carried out, and the answer gets lost with the connection.</summary>
    Reply,

    /// <summary>It gets lost with the connection.</summary>
    Request,

    /// <summary>The connection is lost; the request arrives later.</summary>
    DelayRequest,
}

/// <summary>A network between a silo and its store that fails on demand.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    // ReadyForQuery outside a transaction: the server has done all that was asked.
    private static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5, (byte)'I'];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private readonly TaskCompletionSource _deliver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public CuttingProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>Leads through the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether new connections are refused.</summary>
    public bool Closed { get; set; }

    /// <summary>How many requests were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Does this to the next request on any open connection.</summary>
    public void Next(Cut cut) => Volatile.Write(ref _next, (int)cut);

    /// <summary>Lets the delayed request arrive, and waits until it was answered.</summary>
    public Task DeliverAsync()
    {
        _deliver.TrySetResult();
        return _delivered.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        _deliver.TrySetResult();
        _delivered.TrySetResult();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (Closed)
                {
                    client.Dispose();
                    continue;
                }

                _connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            await server.ConnectAsync(_server.Host!, _server.Port, both.Token);
            var (near, far) = (client.GetStream(), server.GetStream());
            var connection = new Connection();
            await Task.WhenAny(
                RequestsAsync(client, near, far, connection, both.Token),
                RepliesAsync(near, far, connection, both.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side left; the other learns it now.
        }
        finally
        {
            await both.CancelAsync();
            client.Dispose();
        }
    }

    private async Task RequestsAsync(
        TcpClient client, NetworkStream near, NetworkStream far, Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        int count;
        while ((count = await near.ReadAsync(buffer, cancellation)) > 0)
        {
            // Only a session that is set up makes requests of the journal's.
            var cut = connection.IsReady ? (Cut)Interlocked.Exchange(ref _next, (int)Cut.None) : Cut.None;
            Cuts += cut == Cut.None ? 0 : 1;
            connection.Swallow |= cut is Cut.Reply or Cut.DelayRequest;
            switch (cut)
            {
                case Cut.Request:
                    return;
                case Cut.DelayRequest:
                    client.Client.Close(0);
                    await _deliver.Task;
                    await far.WriteAsync(buffer.AsMemory(0, count), cancellation);
                    await _delivered.Task;
                    return;
                default:
                    await far.WriteAsync(buffer.AsMemory(0, count), cancellation);
                    break;
            }
        }
    }

    private async Task RepliesAsync(
        NetworkStream near, NetworkStream far, Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        int count;
        while ((count = await far.ReadAsync(buffer, cancellation)) > 0)
        {
            var ready = buffer.AsSpan(0, count).EndsWith(Ready);
            connection.IsReady |= ready;
            if (!connection.Swallow)
            {
                await near.WriteAsync(buffer.AsMemory(0, count), cancellation);
            }
            else if (ready)
            {
                _delivered.TrySetResult();
                return;
            }
        }
    }

    private sealed class Connection
    {
        public bool IsReady { get; set; }

        public bool Swallow { get; set; }
    }
}

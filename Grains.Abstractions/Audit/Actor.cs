namespace PaymentCluster.Grains.Abstractions.Audit;

/// <summary>Who makes a change. It accompanies the calls of a request into the silos, so that no command has to name
/// it, and none can name another.</summary>
/// <param name="Id">The API key's id, <c>admin</c>, or <see cref="Engine"/>'s.</param>
/// <param name="Address">The address that the request came from; null if it came from none.</param>
public sealed record Actor(string Id, string? Address)
{
    private const string Key = "actor";

    /// <summary>The engine, which ends what a process left open.</summary>
    public static Actor Engine { get; } = new("engine", null);

    /// <summary>A caller that a gateway of an earlier build did not name.</summary>
    public static Actor Unknown { get; } = new("unknown", null);

    /// <summary>Who made the request that is worked for now; null where there is none, or it was made by a
    /// payer.</summary>
    public static Actor? Current
    {
        get
        {
            if (RequestContext.Get(Key) is not string text)
            {
                return null;
            }

            var blank = text.IndexOf(' ', StringComparison.Ordinal);
            return blank < 0 ? new Actor(text, null) : new Actor(text[..blank], text[(blank + 1)..]);
        }
    }

    /// <summary>Names who makes the changes from here on, in this process and in those that it calls.</summary>
    // One text, because each entry costs every message; neither part has a blank.
    public void Begin() => RequestContext.Set(Key, Address is null ? Id : $"{Id} {Address}");
}

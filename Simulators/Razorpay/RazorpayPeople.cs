namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Customers and the cards that they have kept: one lock, because this is read rarely. Code that holds a
/// folder's lock may take it too, and never the other way round.</summary>
internal sealed class RazorpayPeople
{
    private readonly Dictionary<string, RazorpayCustomer> _customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RazorpayToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>Hold it to read or change anything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Completes when all is on disk. Nothing is visible to others before.</summary>
    public Task Durable { get; private set; } = Task.CompletedTask;

    public RazorpayCustomer? Customer(string keyId, string id) =>
        _customers.TryGetValue(id, out var customer) && customer.KeyId == keyId ? customer : null;

    /// <summary>The merchant's customer with this pair of e-mail address and phone number.</summary>
    public RazorpayCustomer? CustomerOf(
        string keyId, string? email, string? contact) => _customers.Values.FirstOrDefault(
        customer => customer.KeyId == keyId && customer.Email == email && customer.Contact == contact);

    /// <summary>A card that the merchant's customers have kept.</summary>
    public RazorpayToken? Token(string keyId, string id) =>
        _tokens.TryGetValue(id, out var token) && token.KeyId == keyId && !token.Deleted ? token : null;

    public IEnumerable<RazorpayToken> Tokens(string customerId) =>
        _tokens.Values.Where(token => token.CustomerId == customerId && !token.Deleted);

    /// <summary>The card if the customer has kept it already, as far as is known without its number.</summary>
    public RazorpayToken? TokenOf(string customerId, RazorpayCard card) => Tokens(customerId).FirstOrDefault(
        token => (token.Card.Last4, token.Card.Network, token.Card.ExpiryMonth, token.Card.ExpiryYear)
            == (card.Last4, card.Network, card.ExpiryMonth, card.ExpiryYear));

    public void Put(RazorpayEntry entry, Task written)
    {
        Durable = written;
        if (entry.Customer is { } customer)
        {
            _customers[customer.Id] = customer;
        }
        else if (entry.Token is { } token)
        {
            _tokens[token.Id] = token;
        }
    }
}

using System.Net;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>Who a customer is, as bodies say it.</summary>
internal static class CustomerRequest
{
    private static readonly Field<string?> CustomerName =
        (Field.Text("name", 100, "Name.") with { Example = "\"A Customer\"" }).Optional();

    private static readonly Field<string?> Email =
        (Field.Text("email", 254, "E-mail address.", PaymentPatterns.Email(), "must be an e-mail address") with
        {
            Example = "\"customer@example.com\"",
        }).Optional();

    private static readonly Field<string?> Phone = (Field.Text(
        "phone",
        16,
        "Phone number.",
        PaymentPatterns.Phone(),
        "must be 6 to 15 digits with an optional leading '+'") with
    {
        Example = "\"+919876543210\"",
    }).Optional();

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new("CustomerRequest", CustomerName, Email, Phone);

    /// <summary>The command of <c>PUT /customers/{customer}</c>.</summary>
    public static PutCustomer ReadPut(Body body) =>
        new() { Name = body.Get(CustomerName), Email = body.Get(Email), Phone = body.Get(Phone) };

    /// <summary>Who pays.</summary>
    public static Customer Read(string? id, Body? customer, Body? client) => new()
    {
        Id = id,
        Name = customer?.Get(CustomerName),
        Email = customer?.Get(Email),
        Phone = customer?.Get(Phone),
        IpAddress = client?.Get(ClientRequest.Ip) is { } ip ? IPAddress.Parse(ip).ToString() : null,
        UserAgent = client?.Get(ClientRequest.UserAgent),
    };
}

/// <summary>The customer's device, as bodies say it.</summary>
internal static class ClientRequest
{
    /// <summary>Its address.</summary>
    public static readonly Field<string?> Ip = (Field.Text(
        "ip",
        "The IP address of the customer's device.",
        new TextForm { Max = 45, Check = text => IPAddress.IsValid(text), Rule = "must be an IP address" }) with
    {
        Example = "\"203.0.113.7\"",
    }).Optional();

    /// <summary>Its browser.</summary>
    public static readonly Field<string?> UserAgent =
        Field.Text("user_agent", 512, "The User-Agent header of the customer's browser.").Optional();

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new("ClientRequest", Ip, UserAgent);
}

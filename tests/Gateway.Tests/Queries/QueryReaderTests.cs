using System.Globalization;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Tests.Queries;

public sealed class QueryReaderTests
{
    [Theory]
    [InlineData("2026-11-20T09:30:00Z", "2026-11-20T09:30:00.0000000Z")]
    [InlineData("2026-11-20T09:30:00.5Z", "2026-11-20T09:30:00.5000000Z")]
    [InlineData("2026-11-20T09:30:00.123456789Z", "2026-11-20T09:30:00.1234567Z")]
    [InlineData("2026-11-20T15:00:00.123456789+05:30", "2026-11-20T09:30:00.1234567Z")]
    [InlineData("2026-11-20T09:30:00.123456789012Z", "2026-11-20T09:30:00.1234567Z")]
    public void A_time_is_one_of_RFC_3339(string text, string expected)
    {
        Assert.True(QueryReader.TryReadTime(text, out var time));
        Assert.Equal(expected, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-20T09:30:00")]
    [InlineData("2026-11-20T09:30:00.123456789")]
    [InlineData("2026-11-20T09:30:00.12345678xZ")]
    [InlineData("2026-13-20T09:30:00Z")]
    [InlineData("2026-11-20T09:30:00Z\n")]
    public void Anything_else_is_not(string text) => Assert.False(QueryReader.TryReadTime(text, out _));
}

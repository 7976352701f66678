using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;
using PaymentCluster.Grains.Abstractions.Errors;
using Polly.Timeout;

namespace PaymentCluster.Hosting.Tests;

/// <summary>What a silo throws, as a process hears of it that has none of the store's types.</summary>
[Collection(nameof(ObservedSystem))]
public sealed class FailureTests(ObservedSystem system)
{
    private static readonly DbException Store = new PostgresException("is starting up", "FATAL", "FATAL", "57P03");

    public static TheoryData<Exception> Failures =>
    [
        new JournalUnavailableException(Store),
        new JournalOverloadedException(),
        new EventUnreadableException("payment_insured", null),
        new TimeoutException("A document is unavailable.", new JournalUnavailableException(Store)),
        new OrleansException("A document could not be read.", Store),
        new OrleansException("The grain was not placed in time.", new TimeoutRejectedException()),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_arrives_as_what_it_is_whatever_caused_it(Exception failure)
    {
        var serializer = system.Services.GetRequiredService<Serializer>();
        var arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray(failure))!;
        Assert.Equal((failure.GetType(), failure.Message), (arrived.GetType(), arrived.Message));
    }

    [Fact]
    public void What_is_no_failure_crosses_by_a_codec_of_its_own_or_not_at_all()
    {
        var serializer = system.Services.GetRequiredService<Serializer>();
        Assert.Throws<CodecNotFoundException>(() => serializer.SerializeToArray<object>(new WithoutCodec()));
    }

    private sealed class WithoutCodec;
}

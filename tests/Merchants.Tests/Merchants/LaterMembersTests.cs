using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>A newer build wrote members that this one does not know: they are written again, wherever they are, so that
/// a cluster can go back to the version before.</summary>
public sealed class LaterMembersTests
{
    private static readonly DocumentJsonSerializer Serializer = new();

    [Theory]
    [InlineData("customer-complete", typeof(CustomerDocument))]
    [InlineData("customer-erased", typeof(CustomerDocument))]
    [InlineData("merchant", typeof(MerchantDocument))]
    [InlineData("api-key-working", typeof(ApiKeyDocument))]
    public void What_a_newer_build_wrote_is_written_again(string file, Type type)
    {
        var later = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", $"{file}.json")))!;
        AddLaterMembers(later);
        var stored = new BinaryData(Encoding.UTF8.GetBytes(later.ToJsonString()));

        var written = JsonNode.Parse(WrittenAgain(type, stored).ToString())!;
        RemoveYounger(written);
        RemoveYounger(later);
        Assert.True(JsonNode.DeepEquals(later, written), $"{later}\n{written}");
    }

    // Members that are younger than the files.
    private static void RemoveYounger(JsonNode document)
    {
        foreach (var member in (string[])["operations", "origins", "order_tokens", "last_change", "requests"])
        {
            document.AsObject().Remove(member);
        }

        foreach (var provider in document["providers"]?.AsArray() ?? [])
        {
            (provider as JsonObject)?.Remove("earlier_accounts");
        }
    }

    [Fact]
    public void Every_part_of_a_document_keeps_later_members() =>
        Assert.All(
            new[] { typeof(CustomerDocument), typeof(MerchantDocument), typeof(ApiKeyDocument) }.SelectMany(Parts),
            part => Assert.True(
                part.GetProperties().Any(member => member.IsDefined(typeof(JsonExtensionDataAttribute))),
                $"{part} loses members that it does not know"));

    [Fact]
    public void Commands_keep_later_members()
    {
        var later = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["later"] = JsonSerializer.SerializeToElement(1),
        };
        var before = new CustomerDocument
        {
            LaterMembers = later, Preferences = new WalletPreferences { LaterMembers = later },
        };

        var after = CustomerChanges.Prefer(before, new WalletPreferences { UpiApp = "phonepe" });
        Assert.Equal((later, later), (after.LaterMembers, after.Preferences.LaterMembers));
        // What only a newer build knows may be personal.
        Assert.Null(CustomerChanges.Erase(after, DateTimeOffset.UnixEpoch).LaterMembers);
    }

    private static BinaryData WrittenAgain(Type type, BinaryData stored) => (BinaryData)typeof(LaterMembersTests)
        .GetMethod(nameof(WrittenAgain), 1, BindingFlags.NonPublic | BindingFlags.Static, [typeof(BinaryData)])!
        .MakeGenericMethod(type)
        .Invoke(null, [stored])!;

    private static BinaryData WrittenAgain<T>(BinaryData stored) =>
        Serializer.Serialize(Serializer.Deserialize<T>(stored));

    private static void AddLaterMembers(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                AddLaterMembers(item);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var member in members)
            {
                AddLaterMembers(member.Value);
            }

            members["later_member"] = new JsonObject { ["value"] = 1 };
        }
    }

    private static IEnumerable<Type> Parts(Type document)
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>([document]);
        while (open.TryDequeue(out var type))
        {
            if (type.IsGenericType)
            {
                Array.ForEach(type.GetGenericArguments(), open.Enqueue);
            }
            else if (type.IsClass && type.Namespace!.StartsWith("PaymentCluster.", StringComparison.Ordinal)
                && found.Add(type))
            {
                Array.ForEach(type.GetProperties(), member => open.Enqueue(member.PropertyType));
            }
        }

        return found;
    }
}

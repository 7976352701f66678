using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>The words that the API has for the members of an enumeration.</summary>
/// <param name="nameOf">The word of a member.</param>
internal sealed class Words<T>(Func<T, string> nameOf)
    where T : struct, Enum
{
    private readonly T[] _members = Enum.GetValues<T>();
    private readonly byte[][] _utf8 = [.. Enum.GetValues<T>().Select(member => Encoding.UTF8.GetBytes(nameOf(member)))];

    /// <summary>All words, in the order of their members.</summary>
    public ImmutableArray<string> All { get; } = [.. Enum.GetValues<T>().Select(nameOf)];

    /// <summary>The words in a sentence: <c>a, b, c</c>.</summary>
    public string List => string.Join(", ", All);

    /// <summary>The word of a member.</summary>
    public string Of(T member) => nameOf(member);

    /// <summary>Reads a word, in its exact spelling.</summary>
    public bool TryParse(string word, out T member)
    {
        var index = All.IndexOf(word, 0, All.Length, StringComparer.Ordinal);
        member = index < 0 ? default : _members[index];
        return index >= 0;
    }

    /// <summary>The index of the word that the reader is at; -1 if it is none of them.</summary>
    public int IndexOf(ref Utf8JsonReader json)
    {
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (JsonText.Is(ref json, _utf8[i]))
            {
                return i;
            }
        }

        // A text that is not Unicode makes the whole body malformed, wherever it is.
        JsonText.Read(ref json);
        return -1;
    }

    /// <summary>The member at an index.</summary>
    public T MemberAt(int index) => _members[index];
}

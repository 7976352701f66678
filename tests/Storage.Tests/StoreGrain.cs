namespace PaymentCluster.Storage.Tests;

public sealed class StoredDocument
{
    public string Text { get; set; } = "";

    public List<int> ManyNumbers { get; set; } = [];
}

[Alias("storage-tests-store")]
public interface IStoreGrain : IGrainWithStringKey
{
    [Alias("write")]
    Task<string?> Write(string text);

    [Alias("read")]
    Task<string> Read();

    [Alias("again")]
    Task<string> ReadAgain();

    [Alias("clear")]
    Task Clear();

    [Alias("exists")]
    Task<bool> Exists();

    [Alias("etag")]
    Task<string?> ETag();

    [Alias("elsewhere")]
    Task<bool> IsRefusedElsewhere();
}

public sealed class StoreGrain([PersistentState("document", "documents")] IPersistentState<StoredDocument> document)
    : Grain, IStoreGrain
{
    public async Task<string?> Write(string text)
    {
        document.State.Text = text;
        document.State.ManyNumbers.Add(document.State.ManyNumbers.Count);
        await document.WriteStateAsync();
        return document.Etag;
    }

    public Task<string> Read() => Task.FromResult(document.State.Text);

    public async Task<string> ReadAgain()
    {
        await document.ReadStateAsync();
        return document.State.Text;
    }

    public Task Clear() => document.ClearStateAsync();

    public Task<bool> Exists() => Task.FromResult(document.RecordExists);

    public Task<string?> ETag() => Task.FromResult(document.Etag);

    public async Task<bool> IsRefusedElsewhere()
    {
        try
        {
            await Task.Run(() => document.State.Text);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}

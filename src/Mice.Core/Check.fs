namespace Mice

/// <summary>A question that a computation asks of its own result, and the answer.</summary>
/// <remarks>A failed check does not withdraw the number: it says why the number must not be trusted as it stands.</remarks>
type Check =
    {
        /// What was asked, in a few words.
        Name: string
        /// Whether the result may be trusted in this respect.
        Passed: bool
        /// The numbers that decided it, and what to do when it failed.
        Detail: string
    }

namespace Mice.Testing

/// Test projects have these names at hand without opening anything.
[<assembly: AutoOpen("Mice.Testing")>]
do ()

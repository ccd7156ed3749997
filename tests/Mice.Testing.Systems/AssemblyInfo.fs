namespace Mice.Testing.Systems

/// Test projects have these names at hand without opening anything.
[<assembly: AutoOpen("Mice.Testing.Systems")>]
do ()

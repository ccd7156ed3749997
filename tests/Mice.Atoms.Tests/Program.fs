module Mice.Atoms.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments

module Mice.Entropy.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments

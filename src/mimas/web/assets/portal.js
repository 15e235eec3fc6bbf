// What the pages do by themselves. Everything works without it, too.

//! Things with numbers: what comes back after it was gone has the number that it had, and nothing gets that of another.

/// Things in an order, each with a number of its own for as long as the register lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Register<T> {
    /// By number; with its place among those that there are, if it is one of them.
    all: Vec<(T, Option<usize>)>,
    /// The numbers of those that there are, in their order.
    present: Vec<usize>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { all: Vec::new(), present: Vec::new() }
    }
}

impl<T> Register<T> {
    /// Nothing of it is there any more; the numbers stay.
    pub fn clear(&mut self) {
        self.present.clear();
        self.all.iter_mut().for_each(|(_, place)| *place = None);
    }

    /// Adds a thing behind the others, or puts it in the place of the one that it is the same as.
    pub fn add(&mut self, thing: T, is_same: impl Fn(&T, &T) -> bool) -> usize {
        let known = self.all.iter().position(|(other, _)| is_same(other, &thing));
        let number = known.unwrap_or(self.all.len());
        let place = self.place(number).unwrap_or(self.present.len());
        if place == self.present.len() {
            self.present.push(number);
        }
        if let Some(entry) = self.all.get_mut(number) {
            *entry = (thing, Some(place));
        } else {
            self.all.push((thing, Some(place)));
        }
        number
    }

    /// One of those that there are.
    pub fn get(&self, number: usize) -> Option<&T> {
        self.all.get(number).filter(|(_, place)| place.is_some()).map(|(thing, _)| thing)
    }

    /// The same to be changed.
    pub fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.all.get_mut(number).filter(|(_, place)| place.is_some()).map(|(thing, _)| thing)
    }

    /// Where it stands among the others, from 0.
    pub fn place(&self, number: usize) -> Option<usize> {
        self.all.get(number)?.1
    }

    /// The number of what stands there.
    pub fn at(&self, place: usize) -> Option<usize> {
        self.present.get(place).copied()
    }

    /// Those that there are, with their numbers, in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &T)> + Clone {
        self.present.iter().filter_map(|number| Some((*number, self.get(*number)?)))
    }

    /// The same to be changed, by number.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.all.iter_mut().filter(|(_, place)| place.is_some()).map(|(thing, _)| thing)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.present.len()
    }

    /// How many numbers were given out.
    pub fn ever(&self) -> usize {
        self.all.len()
    }
}

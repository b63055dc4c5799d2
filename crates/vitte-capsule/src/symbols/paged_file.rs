//! A file that is read in pages. Debug information is read in thousands of small parts, most of them near to the one
//! that was read before in the same section.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use object::ReadCache;

pub(super) type Elf<'a> = object::File<'a, &'a Cache>;
pub(super) type Cache = ReadCache<PagedFile>;

const PAGE_BYTES: usize = 16 << 10;
/// More than there are sections that are read at the same time.
const MAX_PAGES: usize = 8;

#[derive(Debug)]
pub(super) struct PagedFile {
    file: File,
    position: u64,
    /// The last one was used last.
    pages: Vec<Page>,
}

/// Bytes from `number` times [`PAGE_BYTES`] on.
#[derive(Debug)]
struct Page {
    number: u64,
    bytes: Vec<u8>,
}

impl PagedFile {
    pub(super) fn cache(file: File) -> Cache {
        ReadCache::new(Self { file, position: 0, pages: Vec::new() })
    }

    /// Returns a page, which is shorter at the end of the file.
    fn page(&mut self, number: u64) -> io::Result<&[u8]> {
        let page = match self.pages.iter().position(|page| page.number == number) {
            Some(index) => self.pages.remove(index),
            None => {
                let is_full = self.pages.len() == MAX_PAGES;
                let unused = if is_full { Some(self.pages.remove(0)) } else { None };
                let mut bytes = unused.map_or_else(Vec::new, |page| page.bytes);
                bytes.clear();
                let start = number.saturating_mul(PAGE_BYTES as u64);
                self.file.seek(SeekFrom::Start(start))?;
                self.file.by_ref().take(PAGE_BYTES as u64).read_to_end(&mut bytes)?;
                Page { number, bytes }
            }
        };
        self.pages.push(page);
        Ok(self.pages.last().map_or(&[], |page| &page.bytes))
    }
}

impl Read for PagedFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let len = if bytes.len() >= PAGE_BYTES {
            self.file.seek(SeekFrom::Start(self.position))?;
            self.file.read(bytes)?
        } else {
            let start = usize::try_from(self.position % PAGE_BYTES as u64).unwrap_or(0);
            let page = self.page(self.position / PAGE_BYTES as u64)?;
            page.get(start..).unwrap_or_default().read(bytes)?
        };
        self.position = self.position.saturating_add(len as u64);
        Ok(len)
    }
}

impl Seek for PagedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::End(_) => self.file.seek(to)?,
            SeekFrom::Current(count) => self
                .position
                .checked_add_signed(count)
                .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?,
        };
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn parts_are_those_of_the_file() {
        let content: Vec<u8> = (0_u32..163_847).flat_map(u32::to_le_bytes).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        let mut paged = PagedFile { file, position: 0, pages: Vec::new() };
        let end = content.len();
        let page = PAGE_BYTES;
        for (start, len) in [
            (0, 4),
            (page - 2, 4),
            (3 * page, page),
            (5 * page - 1, 2 * page),
            (end - 3, 3),
            (1, page - 1),
            (1, page + 1),
            (7 * page, 1),
            (0, end),
        ] {
            let mut bytes = vec![0; len];
            paged.seek(SeekFrom::Start(start as u64)).unwrap();
            paged.read_exact(&mut bytes).unwrap();
            assert_eq!(bytes, &content[start..start + len], "{start} {len}");
        }
        for number in (0..30).chain([29, 3, 22]) {
            let start = number * page;
            assert_eq!(paged.page(number as u64).unwrap(), &content[start..start + page]);
            assert!(paged.pages.len() <= MAX_PAGES);
        }
        // After the end.
        for start in [end as u64, u64::MAX / 2] {
            paged.seek(SeekFrom::Start(start)).unwrap();
            assert_eq!(paged.read(&mut [0; 4]).ok().unwrap_or(0), 0);
        }
        assert_eq!(paged.seek(SeekFrom::End(-4)).unwrap(), end as u64 - 4);
        assert_eq!(paged.seek(SeekFrom::Current(1)).unwrap(), end as u64 - 3);
    }
}

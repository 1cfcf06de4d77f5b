//! A Parquet file of the store that stays readable for as long as somebody holds it, even after it was removed.

use std::{fs::File, io, path::Path, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array},
    datatypes::Int64Type,
    error::ArrowError,
};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder, RowFilter, RowSelection, RowSelector, statistics::StatisticsConverter,
        },
    },
    errors::ParquetError,
    file::metadata::PageIndexPolicy,
};
use schemas::tables::Table;

use super::{
    Error,
    chunk::{CHUNK_ROWS, equal},
    pinned::Pinned,
    zones::Zones,
};

/// An open file with what its footer tells.
#[derive(Debug)]
pub(super) struct StoredFile {
    place: String,
    pinned: Pinned,
    metadata: ArrowReaderMetadata,
    zones: Vec<Zones>,
}

impl StoredFile {
    /// Opens a file of `table`, after making sure that it is as it was written. `None` if there is none.
    pub(super) fn open(table: Table, path: &Path, crc32: u32) -> Result<Option<Self>, Error> {
        let place = path.display().to_string();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::Storage(format!("{place}: {error}"))),
        };
        let (pinned, found) = Pinned::new(file).map_err(|error| Error::Storage(format!("{place}: {error}")))?;
        if found != crc32 {
            return Err(Error::Damaged { place, reason: format!("checksum is {found:08x}, expected {crc32:08x}") });
        }
        let damaged = |error: ParquetError| Error::Damaged { place: place.clone(), reason: error.to_string() };
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&pinned, options).map_err(damaged)?;
        if metadata.schema() != &table.arrow_schema() {
            return Err(Error::Damaged { place, reason: format!("its columns are not those of {}", table.name()) });
        }
        let zones = zones(&metadata);
        Ok(Some(Self { place, pinned, metadata, zones }))
    }

    /// How many row groups it has.
    pub(super) fn groups(&self) -> usize {
        self.zones.len()
    }

    /// What is known of the columns of a row group.
    pub(super) fn zones(&self, group: usize) -> &Zones {
        &self.zones[group]
    }

    /// Rows of a row group.
    pub(super) fn rows(&self, group: usize) -> usize {
        self.metadata.metadata().row_group(group).num_rows() as usize
    }

    /// The rows of some row groups, or those of them that are selected, in the columns asked for, in the order asked for.
    pub(super) fn read(
        self: &Arc<Self>,
        groups: Vec<usize>,
        projection: Option<&[usize]>,
        selection: Option<RowSelection>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, Error>> + use<>, Error> {
        let mut builder = self.builder().with_row_groups(groups).with_batch_size(CHUNK_ROWS);
        let mut order = None;
        if let Some(columns) = projection {
            let mut sorted = columns.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            // Files yield columns in their own order.
            order = Some(columns.iter().filter_map(|column| sorted.binary_search(column).ok()).collect::<Vec<_>>());
            let mask = ProjectionMask::roots(builder.parquet_schema(), sorted);
            builder = builder.with_projection(mask);
        }
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let reader = builder.build().map_err(|error| self.damaged(&error))?;
        let file = Arc::clone(self);
        let ordered = move |rows: Result<RecordBatch, ArrowError>| {
            let rows = rows.and_then(|rows| order.as_ref().map_or(Ok(rows.clone()), |order| rows.project(order)));
            rows.map_err(|error| file.damaged(&error))
        };
        Ok(reader.map(ordered))
    }

    /// The rows of a row group whose `column`, a ticket's id, is `ticket`: by Bloom filter, page index, then value.
    pub(super) fn of_ticket(&self, group: usize, column: usize, ticket: i64) -> Result<Vec<RecordBatch>, Error> {
        let builder = self.builder();
        let filter = builder.get_row_group_column_bloom_filter(group, column).map_err(|error| self.damaged(&error))?;
        if filter.is_some_and(|filter| !filter.check(&ticket)) {
            return Ok(Vec::new());
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), [column]);
        let is_wanted = ArrowPredicateFn::new(mask, move |rows: RecordBatch| {
            equal(rows.column(0), ticket).ok_or_else(|| ArrowError::SchemaError("ticket_id holds no numbers".into()))
        });
        let mut builder =
            builder.with_row_groups(vec![group]).with_row_filter(RowFilter::new(vec![Box::new(is_wanted)]));
        if let Some(pages) = self.pages_of(group, column, ticket) {
            builder = builder.with_row_selection(pages);
        }
        let reader: ParquetRecordBatchReader = builder.build().map_err(|error| self.damaged(&error))?;
        reader.collect::<Result<_, _>>().map_err(|error| self.damaged(&error))
    }

    /// The rows of the pages that may hold `ticket`.
    fn pages_of(&self, group: usize, column: usize, ticket: i64) -> Option<RowSelection> {
        let metadata = self.metadata.metadata();
        let (columns, offsets) = (metadata.column_index()?, metadata.offset_index()?);
        let name = self.metadata.schema().field(column).name();
        let statistics =
            StatisticsConverter::try_new(name, self.metadata.schema(), self.metadata.parquet_schema()).ok()?;
        let least = statistics.data_page_mins(columns, offsets, [&group]).ok()?;
        let greatest = statistics.data_page_maxes(columns, offsets, [&group]).ok()?;
        let rows = statistics.data_page_row_counts(offsets, metadata.row_groups(), [&group]).ok()??;
        let (least, greatest) = (least.as_primitive_opt::<Int64Type>()?, greatest.as_primitive_opt::<Int64Type>()?);
        let selector = |page: usize| {
            let is_known = !least.is_null(page) && !greatest.is_null(page);
            let may_hold = !is_known || (least.value(page)..=greatest.value(page)).contains(&ticket);
            let rows = rows.value(page) as usize;
            if may_hold { RowSelector::select(rows) } else { RowSelector::skip(rows) }
        };
        Some((0..rows.len()).map(selector).collect::<Vec<_>>().into())
    }

    fn builder(&self) -> ParquetRecordBatchReaderBuilder<Pinned> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.pinned.clone(), self.metadata.clone())
    }

    fn damaged(&self, error: &impl ToString) -> Error {
        Error::Damaged { place: self.place.clone(), reason: error.to_string() }
    }
}

/// The zones of each row group, from the footer's statistics.
fn zones(metadata: &ArrowReaderMetadata) -> Vec<Zones> {
    let groups = metadata.metadata().row_groups();
    let mut columns = Vec::new();
    for field in metadata.schema().fields() {
        let statistics = StatisticsConverter::try_new(field.name(), metadata.schema(), metadata.parquet_schema());
        // Lists have no statistics of their own.
        let Ok(statistics) = statistics.and_then(|found| {
            Ok((found.row_group_mins(groups)?, found.row_group_maxes(groups)?, found.row_group_null_counts(groups)?))
        }) else {
            columns.push(None);
            continue;
        };
        columns.push(Some(statistics));
    }
    let zone = |group: usize| {
        let column = |column: &Option<(ArrayRef, ArrayRef, UInt64Array)>| {
            let (least, greatest, nulls) = column.as_ref()?;
            let nulls = (!nulls.is_null(group)).then(|| nulls.value(group));
            Some((least.slice(group, 1), greatest.slice(group, 1), nulls))
        };
        Zones::from_statistics(groups[group].num_rows() as u64, columns.iter().map(column).collect())
    };
    (0..groups.len()).map(zone).collect()
}
